/** How amounts, counts, days, phones and names are written and read. */
export * from './bytes';
export * from './dates';
export * from './documents';
export * from './money';
export * from './names';
export * from './numbers';
export * from './phones';
export * from './text';
