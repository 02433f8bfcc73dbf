import { goQuote } from '../../flags/go-quote.ts';
import { keys } from './annotation-keys.ts';
import type { SpecAnnotation } from './spec-annotation.ts';
import { parseSecretTemplate } from './values/secret-template.ts';

export const secretTemplateAnnotation: SpecAnnotation = {
  key: keys.secretTemplate,
  read: (value, draft) => {
    const template = parseSecretTemplate(value);
    if (!template.ok) return `error parsing secret template JSON: ${template.fault}`;
    const { labels, annotations } = template.value;
    const reserved = [...annotations.keys()].sort().find((key) => key.startsWith('cert-manager.io/'));
    if (reserved !== undefined) {
      return `secretTemplate must not have cert-manager.io/ annotations: ${goQuote(reserved)}`;
    }
    const filled = {
      ...(labels.size === 0 ? {} : { labels: Object.fromEntries(labels) }),
      ...(annotations.size === 0 ? {} : { annotations: Object.fromEntries(annotations) }),
    };
    if (Object.keys(filled).length > 0) draft.secretTemplate = filled;
    return undefined;
  },
  remedy: 'Write a JSON object with "labels" and "annotations", both maps of texts, such as {"labels":{"team":"web"}}.',
};
