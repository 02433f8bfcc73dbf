import { ServiceError } from './errors.ts';
import type { Denial } from './model.ts';

/** What a caller is about to do, as a policy sees it. */
export interface Action {
  /** For example `acm-pca:IssueCertificate`. */
  readonly action: string;
  readonly resource: string;
  /** Value of the condition key `acm-pca:TemplateArn`. */
  readonly templateArn?: string;
}

/** Whether an explicit deny hits; whatever else happens in one's own account is allowed. */
export function isDenied(denials: readonly Denial[], principal: string, action: Action): boolean {
  return denials.some((denial) => denial.principal === principal && matches(denial, action));
}

function matches(denial: Denial, { action, resource, templateArn }: Action): boolean {
  const isAction = denial.actions.some((name) => name === action || name === `${action.split(':')[0]}:*`);
  const isResource = denial.resources?.includes(resource) ?? true;
  const isTemplate = denial.templateArns?.includes(templateArn ?? '') ?? true;
  return isAction && isResource && isTemplate;
}

/** The text that IAM gives such answers. */
export function deniedMessage(callerArn: string, { action, resource }: Action, reason: string): string {
  return `User: ${callerArn} is not authorized to perform: ${action} on resource: ${resource} ${reason}`;
}

export const EXPLICIT_DENY = 'with an explicit deny in an identity-based policy';

export function accessDenied(callerArn: string, action: Action, reason: string): ServiceError {
  return new ServiceError('AccessDeniedException', deniedMessage(callerArn, action, reason), 400);
}
