// The arrows of docs/architecture.md, and no circles.
const room = (name) => `^src/${name}/`;
const forbid = (name, from, to) => ({ name, severity: 'error', from: { path: from }, to: { path: to } });

module.exports = {
  forbidden: [
    { name: 'no-circular', severity: 'error', from: { pathNot: '^test/' }, to: { circular: true } },
    forbid('production-does-not-import-tests', '^src/(?!.*\\.test\\.ts$)', '^(test|bench)/'),
    forbid('system-is-the-ground', room('system'), '^src/(?!system/)'),
    forbid('kube-knows-only-the-system', room('kube'), '^src/(?!(system|kube)/)'),
    forbid('runtime-knows-kube-and-system', room('runtime'), '^src/(?!(system|kube|runtime)/)'),
    forbid('x509-stands-alone', room('x509'), '^src/(?!(system|x509)/)'),
    forbid('aws-knows-no-kubernetes', room('aws'), '^src/(?!(system|aws)/)'),
    forbid('acme-knows-neither-kubernetes-nor-aws', room('acme'), '^src/(?!(system|acme)/)'),
    forbid('signers-know-neither-queue-nor-writes', room('signers'), '^src/(?!(system|x509|aws|acme|signers)/)'),
    forbid('api-is-types', room('api'), '^src/(?!(system|kube|api)/)'),
    forbid('server-knows-only-the-system', room('server'), '^src/(?!(system|server)/)'),
    forbid('nobody-imports-main', '^(src|test|bench)/', '^src/main\\.ts$'),
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '\\.test\\.ts$' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { extensions: ['.ts', '.js', '.json'] },
  },
};
