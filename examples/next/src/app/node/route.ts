import { chat } from '../../chat';

export const GET = (request: Request): Promise<Response> => chat(request);
