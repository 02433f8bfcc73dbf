import type { Call } from '../service.ts';
import { notFound, requireOwn } from './access.ts';
import { ARN_PATTERNS } from './arns.ts';
import { findEndpoint } from './endpoint-state.ts';
import { readOptionalList, readText } from './read.ts';
import type { AcmState } from './state.ts';
import { addTags, readTags, tagList, type Tags } from './tags.ts';
import { findValidation } from './validation-state.ts';

/** TagResource: for every kind of thing but certificates. Throws ServiceError. */
export function tagResource(state: AcmState, call: Call): unknown {
  addTags(requireTags(state, call), readTags(call.parameters), 'ServiceQuotaExceededException');
  return {};
}

/** UntagResource. Throws ServiceError. */
export function untagResource(state: AcmState, call: Call): unknown {
  const tags = requireTags(state, call);
  for (const key of readOptionalList(call.parameters, 'TagKeys') ?? []) tags.delete(String(key));
  return {};
}

/** ListTagsForResource. Throws ServiceError. */
export function listTagsForResource(state: AcmState, call: Call): unknown {
  return { Tags: tagList(requireTags(state, call)) };
}

function requireTags(state: AcmState, call: Call): Tags {
  const arn = readText(call.parameters, 'ResourceArn', { pattern: ARN_PATTERNS.resource, max: 2048 });
  requireOwn(state, call, arn);
  const thing = findEndpoint(state, arn) ?? findValidation(state, arn) ?? state.bindings.get(arn);
  if (!thing) throw notFound(arn);
  return thing.tags;
}
