/** The one module through which features reach Go. */
export { api, settled, watchTraffic, useTransport, type Traffic } from './client';
export type * from './agenda';
export type * from './api';
export type * from './attachments';
export type * from './board';
export type * from './contacts';
export type * from './duplicates';
export type * from './leads';
export type * from './records';
export type * from './settings';
export type * from './sheets';
export type * from './shopServer';
export type * from './sync';
export { on, emitLocal, type Events } from './events';
export { checkFirst, takeFirst } from './first';
export { Failure, toFailure } from './failure';
export { inWindow } from './transport';
export * as shell from './shell';
