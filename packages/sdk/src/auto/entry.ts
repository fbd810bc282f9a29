// Zero code: `node --import @grump/llm-otel-sdk/register app.mjs`.
import { register } from '../register';

register({ autoWrap: true });
