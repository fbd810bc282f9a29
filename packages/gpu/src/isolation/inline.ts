import { createSession, type SessionSettings } from '../session';
import type { Transport } from './transport';

/** Runs the sources where it is called: for tests and command lines, since a driver that hangs stops everything. */
export function startInline(settings: SessionSettings): Transport {
  const session = createSession(settings);
  const transport = {
    gone: false,
    poll: () => session.poll(),
    kill() {
      session.close();
      transport.gone = true;
    },
  };
  return transport;
}
