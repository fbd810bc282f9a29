import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Http2Server } from 'node:http2';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { listPodDevices, readCgroup } from '../src/index';
import { createPodSeries } from '../src/kubernetes/series';

const field = (number: number, value: string | Buffer): Buffer => {
  const bytes = Buffer.from(value);
  const length: number[] = [];
  let left = bytes.length;
  for (; left >= 128; left >>>= 7) length.push((left & 127) | 128);
  return Buffer.concat([Buffer.from([(number << 3) | 2, ...length, left]), bytes]);
};
const message = (...fields: Buffer[]): Buffer => Buffer.concat(fields);

const devices = (resource: string, ...ids: string[]) =>
  field(2, message(field(1, resource), ...ids.map((id) => field(2, id))));
/** A number, a fixed one and a list, which the reader has to step over. */
const NOISE = Buffer.concat([Buffer.from([0x18, 0x96, 0x01, 0x21, 1, 2, 3, 4, 5, 6, 7, 8, 0x2d, 1, 2, 3, 4])]);
const pod = (name: string, namespace: string, ...containers: Buffer[]) =>
  field(1, message(field(1, name), field(2, namespace), ...containers.map((one) => field(3, one))));

const ANSWER = message(
  pod('llm-0', 'serving', message(field(1, 'vllm'), devices('nvidia.com/gpu', 'GPU-aaaa'), devices('cpu', '3'))),
  pod('shared-1', 'dev', message(field(1, 'main'), NOISE.subarray(0, 3), devices('nvidia.com/gpu', 'GPU-bbbb::0'))),
  pod('shared-2', 'dev', message(field(1, 'main'), devices('nvidia.com/gpu', 'GPU-bbbb::1'))),
  pod('mig', 'dev', message(field(1, 'main'), devices('nvidia.com/mig-1g.10gb', 'MIG-cccc'))),
  pod('gke', 'dev', message(field(1, 'main'), devices('nvidia.com/gpu', 'nvidia0/gi1/vgpu2'))),
  pod('long', 'x'.repeat(300), message(field(1, 'main'), NOISE.subarray(3), devices('nvidia.com/gpu', 'nvidia1'))),
  pod(
    'claim',
    'dev',
    message(
      field(1, 'main'),
      field(5, field(4, message(field(2, 'gpu.nvidia.com'), field(3, 'pool'), field(4, 'gpu-0')))),
    ),
  ),
);

/** A kubelet that answers with this message, or with a gRPC status. */
async function kubelet(answer: Buffer | number): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'llm-otel-kubelet-'));
  const server: Http2Server = createServer();
  server.on('stream', (stream, headers) => {
    expect(headers[':path']).toBe('/v1.PodResourcesLister/List');
    expect(headers['content-type']).toBe('application/grpc');
    if (typeof answer === 'number') {
      stream.respond(
        { ':status': 200, 'content-type': 'application/grpc', 'grpc-status': String(answer) },
        { endStream: true },
      );
      return;
    }
    stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true });
    stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }));
    const head = Buffer.alloc(5);
    head.writeUInt32BE(answer.length, 1);
    stream.write(head);
    stream.end(answer);
  });
  const socket = join(folder, 'kubelet.sock');
  await new Promise<void>((resolve) => server.listen(socket, resolve));
  onTestFinished(() => {
    server.close();
    rmSync(folder, { recursive: true, force: true });
  });
  return socket;
}

test('which pod has which device, claims included', async () => {
  const list = await listPodDevices(await kubelet(ANSWER));
  expect(list[0]).toEqual({
    pod: 'llm-0',
    namespace: 'serving',
    container: 'vllm',
    resource: 'nvidia.com/gpu',
    id: 'GPU-aaaa',
  });
  expect(list.map(({ pod: name, id }) => [name, id])).toEqual([
    ['llm-0', 'GPU-aaaa'],
    ['llm-0', '3'],
    ['shared-1', 'GPU-bbbb::0'],
    ['shared-2', 'GPU-bbbb::1'],
    ['mig', 'MIG-cccc'],
    ['gke', 'nvidia0/gi1/vgpu2'],
    ['long', 'nvidia1'],
    ['claim', 'gpu-0'],
  ]);
});

test('a series per pod and GPU, with the labels of our other series', async () => {
  const series = await createPodSeries({ socket: await kubelet(ANSWER) })();
  expect(series.map(({ attributes }) => attributes)).toMatchObject([
    { pod: 'llm-0', uuid: 'GPU-aaaa' },
    { pod: 'shared-1', uuid: 'GPU-bbbb', replica: '0' },
    { pod: 'shared-2', uuid: 'GPU-bbbb', replica: '1' },
    { pod: 'mig', mig_device: 'MIG-cccc' },
    { pod: 'gke', device: '0', gpu_instance_id: '1', replica: '2' },
    { pod: 'long', device: '1' },
    { pod: 'claim', device_id: 'gpu-0' },
  ]);
});

test('a kubelet that refuses, or is not there, is an error in one sentence', async () => {
  await expect(listPodDevices(await kubelet(12))).rejects.toThrow('the kubelet answered with gRPC status 12');
  await expect(listPodDevices('/nonexistent/kubelet.sock')).rejects.toThrow('ENOENT');
  await expect(listPodDevices(await kubelet(Buffer.from([0x0a, 0x7f, 1])))).rejects.toThrow('in the middle of a field');
});

const POD = '0a1b2c3d-1111-2222-3333-444455556666';
const ID = 'ab'.repeat(32);

test.each([
  [
    `0::/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod${POD.replaceAll('-', '_')}.slice/cri-containerd-${ID}.scope\n`,
  ],
  [`0::/kubepods/besteffort/pod${POD}/${ID}\n`],
  [
    `11:memory:/kubepods/burstable/pod${POD}/crio-${ID}.scope\n1:name=systemd:/kubepods/burstable/pod${POD}/crio-${ID}.scope\n`,
  ],
])('pod and container of a process: %s', (text) => {
  expect(readCgroup(text)).toEqual({ podUid: POD, containerId: ID });
});

test('in a namespace of its own, and outside of pods, there is none', () => {
  expect(readCgroup('0::/\n')).toEqual({ podUid: undefined, containerId: undefined });
  expect(readCgroup(`0::/system.slice/docker-${ID}.scope\n`)).toEqual({ podUid: undefined, containerId: ID });
});
