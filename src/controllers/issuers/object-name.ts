/** https://kubernetes.io/docs/concepts/overview/working-with-objects/names/ */
const objectNamePattern = /^[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?$/;

/** What nothing can be called is not asked for: in the path of a call `..` would stand for something else. */
export const isObjectName = (name: string): boolean => objectNamePattern.test(name);
