import { load } from '../../rivals/load.ts';

interface Module {
  initLogger(options: object): unknown;
  _exportsForTestingOnly: {
    setInitialTestState(): Promise<void>;
    simulateLoginForTests(): Promise<unknown>;
    useTestBackgroundLogger(): { log: () => void };
  };
}

/** Sets Braintrust up to do all of its work but the sending; returns its module. */
export async function startBraintrust<Wrappers>(): Promise<Wrappers> {
  const { initLogger, _exportsForTestingOnly: testing, ...wrappers } = await load<Module>('braintrust');
  await testing.setInitialTestState();
  await testing.simulateLoginForTests();
  testing.useTestBackgroundLogger().log = () => {};
  initLogger({ projectName: 'benchmarks', projectId: 'benchmarks' });
  return wrappers as Wrappers;
}
