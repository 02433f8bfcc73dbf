const shared = {
  testEnvironment: 'node',
  extensionsToTreatAsEsm: ['.ts'],
  transform: { '\\.ts$': '<rootDir>/test/support/jest-transform.js' },
  modulePathIgnorePatterns: ['<rootDir>/dist'],
};

export default {
  // A guard against hanging, and nothing else: the machine may be slow and have other things to do as well.
  testTimeout: 300_000,
  // Half a second by default, which a machine that has other things to do takes to end a process that left nothing open.
  workerGracefulExitTimeout: 10_000,
  reporters: ['default', '<rootDir>/test/support/summary-reporter.js'],
  // The control plane's processes want a core too.
  maxWorkers: 2,
  projects: [
    {
      ...shared,
      displayName: 'unit',
      testMatch: ['<rootDir>/src/**/*.test.ts', '<rootDir>/test/**/*.test.ts', '<rootDir>/bench/**/*.test.ts'],
      testPathIgnorePatterns: ['<rootDir>/test/integration/'],
    },
    {
      ...shared,
      displayName: 'integration',
      testMatch: ['<rootDir>/test/integration/**/*.test.ts'],
      testPathIgnorePatterns: ['<rootDir>/test/integration/acme-pebble'],
      globalSetup: '<rootDir>/test/integration/global-setup.ts',
      globalTeardown: '<rootDir>/test/integration/global-teardown.ts',
    },
    {
      // Apart, since it needs Go, and no control plane.
      ...shared,
      displayName: 'pebble',
      testMatch: ['<rootDir>/test/integration/acme-pebble*.test.ts'],
    },
  ],
};
