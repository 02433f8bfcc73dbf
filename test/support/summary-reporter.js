// Ends a run with one plain line, for machines that read no colours.
export default class SummaryReporter {
  onRunComplete(
    _contexts,
    { numPassedTests, numFailedTests, numPendingTests, numFailedTestSuites, numRuntimeErrorTestSuites },
  ) {
    // A suite that could not even start has failed no test, but the run.
    const failed = Math.max(numFailedTests, numFailedTestSuites, numRuntimeErrorTestSuites);
    console.log(`\n${numPassedTests} passed, ${failed} failed, ${numPendingTests} skipped`);
  }
}
