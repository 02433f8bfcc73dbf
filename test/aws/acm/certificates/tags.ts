import type { Call } from '../../service.ts';
import type { AcmState } from '../state.ts';
import { addTags, CERTIFICATE_TAG_CODES, readTags, tagList } from '../tags.ts';
import { requireCertificate } from './find.ts';

/** AddTagsToCertificate. Throws ServiceError. */
export async function addTagsToCertificate(state: AcmState, call: Call): Promise<unknown> {
  const { tags } = await requireCertificate(state, call);
  const added = readTags(call.parameters, 'Tags', CERTIFICATE_TAG_CODES);
  addTags(tags, added, CERTIFICATE_TAG_CODES.tooMany);
  return {};
}

/** ListTagsForCertificate. Throws ServiceError. */
export async function listTagsForCertificate(state: AcmState, call: Call): Promise<unknown> {
  return { Tags: tagList((await requireCertificate(state, call)).tags) };
}
