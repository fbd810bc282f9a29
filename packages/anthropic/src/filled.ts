export const isFilled = (value: unknown): value is string => typeof value === 'string' && value !== '';

export const filled = (value: unknown): string | undefined => (isFilled(value) ? value : undefined);
