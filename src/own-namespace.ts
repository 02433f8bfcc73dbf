/** What was read of each place that may tell the controller's namespace; undefined for a place that is not there. */
export interface NamespaceSources {
  /** The environment variable POD_NAMESPACE. */
  readonly podNamespace: string | undefined;
  /** The text of /var/run/secrets/kubernetes.io/serviceaccount/namespace. */
  readonly serviceAccountNamespace: string | undefined;
  /** The namespace of the kubeconfig's current context. */
  readonly kubeconfigNamespace: string | undefined;
}

/** The first namespace that is told; `default`, as kubectl takes it, when none is. */
export function decideOwnNamespace(sources: NamespaceSources): string {
  const told = [sources.podNamespace, sources.serviceAccountNamespace, sources.kubeconfigNamespace];
  const trimmed = told.map((text) => text?.trim() ?? '');
  return trimmed.find((text) => text !== '') ?? 'default';
}
