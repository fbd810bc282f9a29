import { createHash } from 'node:crypto';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { blob, uri } from '../src/content/media';

const BYTES = Buffer.from([0, 1, 2, 127, 128, 255, 10]);
const sha256 = createHash('sha256').update(BYTES).digest('hex');

/** Waits until the part has its hash, which is worked out beside the call. */
const expectHash = (part: object): Promise<void> => vi.waitFor(() => expect(part).toMatchObject({ sha256 }), 5000);

/** The part when a hash would have been worked out. */
async function later(part: object): Promise<object> {
  await expectHash(blob('image', BYTES.toString('base64'), undefined, true));
  return part;
}

afterEach(() => vi.unstubAllGlobals());

describe('inline media', () => {
  it.each([0, 1, 2, 3, 4, 5])('of %d bytes is told with its size, whatever the padding', (length) => {
    const base64 = BYTES.subarray(0, length).toString('base64');
    expect(blob('image', base64, 'image/png', false)).toEqual({
      type: 'blob',
      modality: 'image',
      mime_type: 'image/png',
      content: '',
      bytes: length,
    });
    expect(blob('image', base64.replace(/=+$/, ''), 'image/png', false).bytes).toBe(length);
  });

  it.each([
    ['its type', 'data:image/png;base64,', 'image/png'],
    ['a type with parameters', 'data:audio/wav;rate=16000;base64,', 'audio/wav'],
    ['a type in any case', 'DATA:image/PNG;base64,', 'image/PNG'],
    ['no type', 'data:;base64,', undefined],
    ['neither type nor parameters', 'data:,', undefined],
  ])('of a data URL with %s', (_, prefix, type) => {
    const part = blob('image', prefix + BYTES.toString('base64'), undefined, false);
    expect(part).toEqual({
      type: 'blob',
      modality: 'image',
      ...(type !== undefined && { mime_type: type }),
      content: '',
      bytes: BYTES.length,
    });
  });

  it('has the type that the request says, before that of the data URL', () => {
    expect(blob('image', 'data:image/png;base64,AAAA', 'image/jpeg', false)).toMatchObject({
      mime_type: 'image/jpeg',
      bytes: 3,
    });
  });

  it('without a known type says none', () => {
    expect(blob('audio', 'AAAA', undefined, false)).not.toHaveProperty('mime_type');
  });

  it('is taken for a data URL only where it begins as one', () => {
    const part = blob('document', 'AAAAdata:text/plain,', undefined, false);
    expect(part).toMatchObject({ bytes: 15 });
    expect(part).not.toHaveProperty('mime_type');
  });

  it('has its SHA-256 if asked, a byte as two digits', async () => {
    const base64 = BYTES.toString('base64');
    await expectHash(blob('image', base64, undefined, true));
    await expectHash(blob('image', `data:;base64,${base64}`, undefined, true));
    expect(await later(blob('image', base64, undefined, false))).not.toHaveProperty('sha256');
  });

  it('that is no base64 has a size and no hash', async () => {
    expect(await later(blob('image', '%%%%', undefined, true))).toEqual({
      type: 'blob',
      modality: 'image',
      content: '',
      bytes: 3,
    });
  });

  it.each([
    ['no crypto', undefined],
    ['a crypto without subtle', {}],
  ])('has no hash where there is %s', async (_, crypto) => {
    vi.stubGlobal('crypto', crypto);
    const part = blob('image', 'AAAA', undefined, true);
    vi.unstubAllGlobals();
    expect(await later(part)).not.toHaveProperty('sha256');
  });
});

describe('a link', () => {
  it.each(['https://example.com/a.png', 'gs://bucket/data:1', 'metadata:image/png;base64,AAAA'])(
    '(%s) goes out as it is',
    (link) => {
      expect(uri('image', link, true)).toEqual({ type: 'uri', modality: 'image', uri: link });
    },
  );

  it.each(['data:image/png;base64,AAAA', 'Data:image/png;base64,AAAA'])(
    '(%s) that is the media itself does not',
    (link) => {
      expect(uri('image', link, false)).toEqual({
        type: 'blob',
        modality: 'image',
        mime_type: 'image/png',
        content: '',
        bytes: 3,
      });
    },
  );

  it('that is the media itself has a hash if asked', async () => {
    await expectHash(uri('image', `data:image/png;base64,${BYTES.toString('base64')}`, true));
  });
});
