/** A plain and a streamed call. Prints what each SDK has counted. */
exports.runCell = async ({ OpenAI, wrapOpenAI, register }) => {
  const { HOW, OTHER, BASE_URL } = process.env;
  // By zero code it is the registration of the entry that comes back.
  const registration = register();
  const { other } = globalThis;
  if (OTHER === 'after') other.startOther();
  const made = new OpenAI({ baseURL: BASE_URL, apiKey: 'none' });
  const client = HOW === 'by hand' ? wrapOpenAI(made) : made;
  const request = { model: 'm', messages: [{ role: 'user', content: 'Hello?' }] };
  await client.chat.completions.create(request);
  for await (const chunk of await client.chat.completions.create({ ...request, stream: true })) void chunk;
  const page = await (await registration.metricsFetch(new Request('http://localhost/metrics'))).text();
  const counts = [...page.matchAll(/^llm_requests_total\{.*\} (\d+)$/gm)].map(([, count]) => Number(count));
  console.log(JSON.stringify({ ours: counts.reduce((sum, count) => sum + count, 0), other: await other.countOther() }));
  process.exit(0);
};
