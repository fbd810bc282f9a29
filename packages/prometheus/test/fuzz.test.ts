import { expect, test } from 'vitest';
import { comparable, nastyMetrics } from './fuzz';
import { parsePage } from './parse-page';
import { producer } from './produce';
import { bind } from './support';

test.each(Array.from({ length: 20 }, (_, seed) => [seed]))(
  'nasty labels and values are read back as they were (seed %d)',
  async (seed) => {
    const { metrics, samples } = nastyMetrics(seed, 60);
    const { bridge } = bind({ metricProducers: [producer(metrics)] });
    const page = Buffer.from(await bridge.scrape()).toString();
    expect(comparable(parsePage(page))).toEqual(comparable(samples));
  },
);

test.each(['a 1', 'a{b="c" 1\n', 'a{b="\\x"} 1\n', 'a{b="1",b="2"} 1\n', 'a one\n', 'a.b 1\n'])(
  'the reader refuses %j',
  (page) => {
    expect(() => parsePage(page)).toThrow();
  },
);
