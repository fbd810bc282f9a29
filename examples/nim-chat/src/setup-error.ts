/** Something that the user has to mend; the message is one sentence. */
export class SetupError extends Error {}
