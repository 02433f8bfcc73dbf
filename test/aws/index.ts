export { connectAwsStandIn, type RemoteAwsStandIn } from './client.ts';
export { startAwsStandIn, type AwsStandIn, type AwsStandInOptions } from './stand-in.ts';
export type * from './model.ts';
