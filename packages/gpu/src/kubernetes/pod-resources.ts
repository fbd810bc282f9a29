import { connect, constants } from 'node:http2';
import { connect as connectSocket } from 'node:net';
import { messages, readFields, text, texts } from './protobuf';

/** Where the kubelet listens; mount its folder, since the kubelet makes the socket anew when it restarts. */
const KUBELET_SOCKET = '/var/lib/kubelet/pod-resources/kubelet.sock';

/** A device that the kubelet gave to a container. */
export interface PodDevice {
  readonly pod: string;
  readonly namespace: string;
  readonly container: string;
  /** Such as `nvidia.com/gpu`; for devices of a claim, the driver's name. */
  readonly resource: string;
  /** As the device plugin calls it: `GPU-…`, `MIG-…`, `GPU-…::3`, `nvidia0/gi1`, or a name of the claim's driver. */
  readonly id: string;
}

const TIMEOUT_MILLIS = 5000;
/** An empty message: a flag (not compressed) and a length of four bytes. */
const EMPTY = Buffer.alloc(5);

/** Lists what the kubelet has given out (`v1.PodResourcesLister/List`). Rejects where it can't be asked. */
export async function listPodDevices(socket: string = KUBELET_SOCKET): Promise<PodDevice[]> {
  const pods = messages(readFields(await call(socket)), 1);
  return pods.flatMap((pod) => {
    const [name, namespace] = [text(pod, 1), text(pod, 2)];
    return messages(pod, 3).flatMap((container) =>
      [...pluginDevices(container), ...claimedDevices(container)].map((device) => ({
        pod: name,
        namespace,
        container: text(container, 1),
        ...device,
      })),
    );
  });
}

type Fields = ReturnType<typeof readFields>;
type Device = Pick<PodDevice, 'resource' | 'id'>;

const pluginDevices = (container: Fields): Device[] =>
  messages(container, 2).flatMap((devices) => texts(devices, 2).map((id) => ({ resource: text(devices, 1), id })));

const claimedDevices = (container: Fields): Device[] =>
  messages(container, 5)
    .flatMap((claim) => messages(claim, 4))
    .map((resource) => ({ resource: text(resource, 2), id: text(resource, 4) }));

function call(socket: string): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const session = connect('http://localhost', { createConnection: () => connectSocket(socket) });
    const end = (error: Error | undefined, answer?: Buffer) => {
      session.destroy();
      if (error) reject(error);
      else resolve(answer as Buffer);
    };
    session.on('error', end);
    session.setTimeout(TIMEOUT_MILLIS, () => end(new Error('the kubelet did not answer')));
    session.unref();
    const request = session.request({
      [constants.HTTP2_HEADER_METHOD]: 'POST',
      [constants.HTTP2_HEADER_PATH]: '/v1.PodResourcesLister/List',
      'content-type': 'application/grpc',
      te: 'trailers',
    });
    const chunks: Buffer[] = [];
    let status: unknown;
    const note = (headers: Record<string, unknown>) => {
      status = headers['grpc-status'] ?? status;
    };
    request.on('response', note);
    request.on('trailers', note);
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('error', end);
    request.on('end', () => {
      if (Number(status) !== 0) end(new Error(`the kubelet answered with gRPC status ${status}`));
      else end(undefined, unframe(Buffer.concat(chunks)));
    });
    request.end(EMPTY);
  });
}

/** The message without flag and length. */
function unframe(bytes: Buffer): Buffer {
  if (bytes.length < 5 || bytes[0] !== 0) throw new Error('the kubelet answered in an unknown form');
  return bytes.subarray(5, 5 + bytes.readUInt32BE(1));
}
