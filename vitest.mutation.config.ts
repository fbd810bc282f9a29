import { defineConfig, type TestProjectInlineConfiguration } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';
import config from './vitest.config';

const durations = new Map<string, number>();

/** A mutant's run ends with the first test that fails, so the quick files go first. */
class QuickFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    for (const file of files) {
      const duration = this.ctx.cache.getTestSpecificationResult(file)?.duration ?? 0;
      // A run that a mutant cut short says nothing.
      durations.set(file.moduleId, Math.max(duration, durations.get(file.moduleId) ?? 0));
    }
    return files.toSorted((left, right) => durations.get(left.moduleId)! - durations.get(right.moduleId)!);
  }
}

const projects = (config.test?.projects ?? []) as TestProjectInlineConfiguration[];
const core = projects.find(({ test }) => test?.name === 'core');

/** Core's tests fetch nothing, so that rejections are there at once; and a few series too many are too many. */
const env = { SETTLE_MILLIS: '1', BOUNDS_SCALE: '0.05' };

/**
 * Each file of tests starts anew, which is most of what a mutant costs. `MUTATION_TESTS=gaps,producer` runs those files alone:
 * what they kill all would, so their score is a lower bound of the whole one.
 */
// biome-ignore lint/suspicious/noUndeclaredEnvVars: No task of turbo's runs this.
const include = process.env.MUTATION_TESTS?.split(',').map((name) => `test/${name}.test.ts`);

/** What Stryker runs: mutants of core are for core's own tests to kill. */
export default defineConfig({
  test: {
    sequence: { sequencer: QuickFirst },
    projects: [
      {
        ...core,
        test: { ...core?.test, env, ...(include && { include }) },
      },
    ],
  },
});
