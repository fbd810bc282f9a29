// An application that records one span and ends in the way that its argument says.
import process from 'node:process';
import { register } from '@grump/llm-otel-sdk';
import { trace } from '@opentelemetry/api';

const [endpoint, way] = process.argv.slice(2);
register({ otlp: { endpoint }, prometheus: { port: 0 }, exitTimeoutMillis: 700 });
trace.getTracer('test').startSpan('last words').end();

const keepAlive = () => setInterval(() => {}, 1000);
const ways = {
  'runs out of work': () => {},
  'runs out of work with an exit code': () => {
    process.exitCode = 3;
  },
  'gets SIGTERM': () => keepAlive(),
  'gets SIGTERM and has a listener': () => {
    const timer = keepAlive();
    process.once('SIGTERM', () => {
      clearInterval(timer);
      process.exitCode = 7;
    });
  },
  'works on in its own beforeExit': () => {
    process.once('beforeExit', () => setTimeout(() => console.log('worked on'), 1500));
  },
  throws: () => {
    throw new Error('on purpose');
  },
};
ways[way]();
console.log('set up');
