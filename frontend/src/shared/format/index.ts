/** How amounts, days, phones and names are written and read. */
export * from './dates';
export * from './money';
export * from './phones';
export * from './text';
