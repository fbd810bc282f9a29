import type OpenAI from 'openai';
import { load } from '../../rivals/load.ts';
import type { Contender, OpenAIModule } from '../contender.ts';

interface Module {
  wrapOpenAI(client: OpenAI): OpenAI;
  initLogger(options: object): unknown;
  _exportsForTestingOnly: {
    setInitialTestState(): Promise<void>;
    simulateLoginForTests(): Promise<unknown>;
    useTestBackgroundLogger(): { log: () => void };
  };
}

export const contender: Contender = {
  title: 'Braintrust',
  kind: 'rival',
  package: 'braintrust',
  names: ['wrapOpenAI'],
  async setUp() {
    const { OpenAI } = await load<OpenAIModule>('openai');
    const { wrapOpenAI, initLogger, _exportsForTestingOnly: testing } = await load<Module>('braintrust');
    await testing.setInitialTestState();
    await testing.simulateLoginForTests();
    testing.useTestBackgroundLogger().log = () => {};
    initLogger({ projectName: 'benchmarks', projectId: 'benchmarks' });
    return (options) => wrapOpenAI(new OpenAI(options));
  },
};
