import { expect, test } from '@jest/globals';
import { shimAccessNeeds } from './access-needs.ts';
import { certificates } from './api/certificate.ts';
import { gateways, listenerSets } from './api/gateway.ts';
import { ingresses } from './api/ingress.ts';
import { renderRule } from './kube/access-review.ts';
import type { Resource } from './kube/objects.ts';

test.each<[Resource, readonly string[]]>([
  [
    certificates,
    ['list', 'watch', 'create', 'patch', 'delete'].map(
      (verb) => `- {apiGroups: ["cert-manager.io"], resources: ["certificates"], verbs: ["${verb}"]}`,
    ),
  ],
  [ingresses, ownerRules('networking.k8s.io', 'ingresses')],
  [gateways, ownerRules('gateway.networking.k8s.io', 'gateways')],
  [listenerSets, ownerRules('gateway.networking.k8s.io', 'listenersets')],
])('what the ingress-shim needs of $plural', (resource, rules) => {
  expect(shimAccessNeeds(resource).map(renderRule)).toEqual(rules);
});

/** Those of an object that owns Certificates, and is not gone before them. */
function ownerRules(group: string, resource: string): string[] {
  return [
    `- {apiGroups: ["${group}"], resources: ["${resource}"], verbs: ["list"]}`,
    `- {apiGroups: ["${group}"], resources: ["${resource}"], verbs: ["watch"]}`,
    `- {apiGroups: ["${group}"], resources: ["${resource}/finalizers"], verbs: ["update"]}`,
  ];
}
