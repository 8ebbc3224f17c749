export namespace api {
	
	export interface About {
	    version: string;
	    revision: string;
	}
	export interface Attached {
	    attachment: crm.Attachment;
	    here: boolean;
	}
	export interface Autostart {
	    offered: boolean;
	    on: boolean;
	}
	export interface BoardRequest {
	    pipelineId: string;
	    filter: crm.Filter;
	    limit: number;
	}
	export interface BoardView {
	    stages: crm.StageView[];
	    totals: crm.Totals;
	    partial: boolean;
	}
	export interface CalendarAsk {
	    activityId: string;
	    request: crm.AgendaRequest;
	    name: string;
	    kinds: Record<string, string>;
	}
	export interface CalendarWritten {
	    count: number;
	    left: number;
	}
	export interface Choices {
	    currencies: string[];
	    required: string[];
	}
	export interface ColumnMap {
	    header: string;
	    field: string;
	    values: string[];
	}
	export interface ContactPage {
	    rows: crm.ContactRow[];
	    next: string;
	}
	export interface ContactView {
	    contact: crm.Contact;
	    row: crm.ContactRow;
	    leads: crm.Card[];
	    planned: crm.Activity[];
	    referred: crm.Card[];
	    company?: crm.ContactRow;
	    people: crm.ContactRow[];
	    named: crm.ContactRow[];
	    merged: crm.Contact[];
	}
	export interface Customer {
	    name: string;
	    leadId: string;
	}
	export interface Drawing {
	    choices: string[];
	    running: string;
	    next: string;
	    trial: boolean;
	    failed: string;
	}
	export interface ExportAsk {
	    list: crm.ListRequest;
	    columns: transfer.Column[];
	    format: string;
	    title: string;
	    words: Record<string, string>;
	}
	export interface FileKind {
	    label: string;
	    extensions: string[];
	}
	export interface FileRef {
	    handle: string;
	    name: string;
	    size: number;
	    url: string;
	}
	export interface Found {
	    hits: store.Hit[];
	    pending: number;
	}
	export interface FoundNotes {
	    hits: store.NoteHit[];
	    pending: number;
	}
	export interface Job {
	    id: string;
	    kind: string;
	    name: string;
	    state: string;
	    done: number;
	    total: number;
	    error?: crm.Error;
	    created: number;
	    merged: number;
	    refused: number;
	}
	export interface Known {
	    contact: crm.Contact;
	    leads: crm.Card[];
	    count: number;
	}
	export interface LeadView {
	    card: crm.Card;
	    lead: crm.Lead;
	    contact: crm.Contact;
	    planned: crm.Activity[];
	    others: crm.Card[];
	    referrer: string;
	    merged: crm.Contact[];
	}
	export interface LikelyPair {
	    contact: Known;
	    other: Known;
	    reasons: string[];
	    alike: boolean;
	}
	export interface LikelyPairs {
	    pairs: LikelyPair[];
	    count: number;
	}
	export interface ListView {
	    rows: crm.Card[];
	    count: number;
	    sumCents: number;
	    partial: boolean;
	}
	export interface Notification {
	    id: string;
	    title: string;
	    body: string;
	}
	export interface OpenAsk {
	    title: string;
	    kinds: FileKind[];
	}
	export interface Place {
	    stageId: string;
	    index: number;
	}
	export interface RecordRef {
	    kind: string;
	    id: string;
	}
	export interface SaveAsk {
	    title: string;
	    name: string;
	    kinds: FileKind[];
	}
	export interface SheetView {
	    jobId: string;
	    name: string;
	    format: string;
	    encoding: string;
	    separator: string;
	    tab: string;
	    tabs: string[];
	    rows: number;
	    blank: number;
	    columns: ColumnMap[];
	    fields: string[];
	    several: string[];
	    remembered: boolean;
	}
	export interface StageLeads {
	    living: number;
	    archived: number;
	}
	export interface Tabs {
	    mine: number;
	    overdue: number;
	    none: number;
	    unread: number;
	}
	export interface TimelinePage {
	    items: crm.TimelineItem[];
	    more: boolean;
	}
	export interface Typed {
	    phone: string;
	    email: string;
	    document: string;
	    contactId: string;
	}
	export interface WindowRequest {
	    stageId: string;
	    filter: crm.Filter;
	    offset: number;
	    limit: number;
	}
	export interface Workspace {
	    users: crm.User[];
	    shops: crm.Shop[];
	    pipelines: crm.Pipeline[];
	    stages: crm.Stage[];
	    sources: crm.Source[];
	    tags: crm.Tag[];
	    reasons: crm.Reason[];
	    former: crm.Stage[];
	    fields: crm.Field[];
	    views: crm.View[];
	    settings: Record<string, string>;
	    firstRun: boolean;
	    sample: boolean;
	    version: string;
	    referralSource: string;
	    actingUserId: string;
	    dataFolder: string;
	    recovery?: store.Recovery;
	}

}

export namespace crm {
	
	export interface Activity {
	    id: string;
	    leadId: string;
	    kind: string;
	    title: string;
	    body: string;
	    dueAt: number;
	    dueDay: string;
	    doneAt: number;
	    outcome: string;
	    userId: string;
	    channel: string;
	    inbound: boolean;
	    createdAt: number;
	    createdBy: string;
	    remind: number;
	    due: number;
	}
	export interface AgendaEntry {
	    id: string;
	    leadId: string;
	    kind: string;
	    title: string;
	    dueAt: number;
	    dueDay: string;
	    doneAt: number;
	    outcome: string;
	    userId: string;
	    due: number;
	    remind: number;
	    name: string;
	    company: string;
	    phone: string;
	    vehicle: string;
	    plate: string;
	    subject: string;
	    stageId: string;
	    shopId: string;
	}
	export interface AgendaDay {
	    day: string;
	    count: number;
	    entries: AgendaEntry[];
	}
	export interface Agenda {
	    days: AgendaDay[];
	    overdue: AgendaEntry[];
	    overdueCount: number;
	}
	
	
	export interface AgendaRequest {
	    from: string;
	    days: number;
	    userIds: string[];
	    shopIds: string[];
	    kinds: string[];
	    perDay: number;
	}
	export interface Attachment {
	    id: string;
	    leadId: string;
	    name: string;
	    mime: string;
	    size: number;
	    hash: string;
	    createdAt: number;
	    createdBy: string;
	}
	export interface ContactRow {
	    id: string;
	    type: string;
	    name: string;
	    company: string;
	    companyId: string;
	    phone: string;
	    email: string;
	    city: string;
	    birthday: string;
	    leads: number;
	    sold: number;
	    soldCents: number;
	    lastContact: number;
	}
	export interface Birthday {
	    contact: ContactRow;
	    day: string;
	    age: number;
	}
	export interface Totals {
	    count: number;
	    sumCents: number;
	}
	export interface Breakdown {
	    timeframes: Record<string, Totals>;
	    qualifications: Record<string, Totals>;
	}
	export interface FieldValue {
	    fieldId: string;
	    value: string;
	}
	export interface Card {
	    id: string;
	    contactId: string;
	    stageId: string;
	    name: string;
	    company: string;
	    phone: string;
	    email: string;
	    city: string;
	    vehicle: string;
	    plate: string;
	    subject: string;
	    valueCents: number;
	    ownerId: string;
	    sourceId: string;
	    shopId: string;
	    reasonId: string;
	    timeframe: string;
	    qualification: string;
	    tags: string[];
	    fresh: number;
	    createdAt: number;
	    stageSince: number;
	    lastContact: number;
	    archivedAt: number;
	    nextId: string;
	    nextKind: string;
	    nextTitle: string;
	    nextAt: number;
	    nextDay: string;
	    nextDue: number;
	    values?: FieldValue[];
	}
	export interface ConflictValue {
	    value: string;
	    write: string;
	    at: number;
	    replica: number;
	    here: boolean;
	    device: string;
	    userId: string;
	}
	export interface Conflict {
	    kind: string;
	    id: string;
	    field: string;
	    element: string;
	    key: string;
	    values: ConflictValue[];
	}
	
	export interface Entry {
	    key: string;
	    label: string;
	    pos: number;
	}
	export interface Contact {
	    id: string;
	    type: string;
	    name: string;
	    company: string;
	    document: string;
	    city: string;
	    address: string;
	    zip: string;
	    birthday: string;
	    mergedInto: string;
	    createdAt: number;
	    phones: Entry[];
	    emails: Entry[];
	    companyId: string;
	    values: FieldValue[];
	}
	
	export interface Done {
	    opId: string;
	    label: string;
	    params: Record<string, string>;
	    ids: string[];
	    undo: boolean;
	}
	
	export interface Error {
	    code: string;
	    field?: string;
	    params?: Record<string, string>;
	}
	export interface Field {
	    id: string;
	    target: string;
	    type: string;
	    name: string;
	    required: boolean;
	    onCard: boolean;
	    onList: boolean;
	    pos: number;
	    retired: boolean;
	    choices: Entry[];
	}
	export interface FieldChange {
	    field: string;
	    old: string;
	    new: string;
	}
	export interface FieldFilter {
	    fieldId: string;
	    text: string;
	    from: string;
	    to: string;
	    any: string[];
	}
	
	export interface Filter {
	    pipelineId: string;
	    stageIds: string[];
	    ownerIds: string[];
	    sourceIds: string[];
	    tagIds: string[];
	    createdFrom: string;
	    createdTo: string;
	    unread: boolean;
	    activity: string;
	    quiet: boolean;
	    archived: boolean;
	    importId: string;
	    timeframes: string[];
	    qualifications: string[];
	    winback: boolean;
	    fields?: FieldFilter[];
	    or?: Filter[];
	}
	export interface Lead {
	    id: string;
	    contactId: string;
	    stageId: string;
	    rank: string;
	    stageSince: number;
	    ownerId: string;
	    sourceId: string;
	    shopId: string;
	    valueCents: number;
	    currency: string;
	    subject: string;
	    vehicle: string;
	    plate: string;
	    timeframe: string;
	    qualification: string;
	    archivedAt: number;
	    reasonId: string;
	    reasonNote: string;
	    createdAt: number;
	    createdBy: string;
	    createdVia: string;
	    createdNote: string;
	    convertedFrom: string;
	    originLeadId: string;
	    tags: string[];
	    referredBy: string;
	    values: FieldValue[];
	    personId: string;
	    sortName: string;
	    pipelineId: string;
	    fresh: number;
	    nextDue: number;
	    nextId: string;
	    lastContact: number;
	}
	export interface ListRequest {
	    filter: Filter;
	    sort: string;
	    desc: boolean;
	    offset: number;
	    limit: number;
	}
	export interface Pipeline {
	    id: string;
	    name: string;
	    kind: string;
	    pos: number;
	    retired: boolean;
	}
	export interface Reason {
	    id: string;
	    kind: string;
	    name: string;
	    retired: boolean;
	    pos: number;
	}
	export interface Referrer {
	    contact: ContactRow;
	    leads: number;
	    sold: number;
	    soldCents: number;
	}
	export interface RefusedWrite {
	    id: number;
	    kind: string;
	    recordId: string;
	    field: string;
	    element: string;
	    value: string;
	    at: number;
	    filed: number;
	    reason: string;
	}
	export interface Selection {
	    ids: string[];
	    filter?: Filter;
	}
	export interface Shop {
	    id: string;
	    name: string;
	    timezone: string;
	    phone: string;
	    city: string;
	    document: string;
	}
	export interface Source {
	    id: string;
	    name: string;
	    retired: boolean;
	}
	export interface Stage {
	    id: string;
	    pipelineId: string;
	    name: string;
	    kind: string;
	    pos: number;
	    staleDays: number;
	    color: string;
	    probability: number;
	}
	export interface StageView {
	    stageId: string;
	    count: number;
	    sumCents: number;
	    cards: Card[];
	}
	export interface Tag {
	    id: string;
	    name: string;
	    color: string;
	    retired: boolean;
	}
	export interface TimelineFilter {
	    kinds: string[];
	    text: string;
	}
	export interface TimelineItem {
	    id: string;
	    type: string;
	    at: number;
	    userId: string;
	    op: string;
	    changes: FieldChange[];
	    activity?: Activity;
	    attachment?: Attachment;
	}
	
	export interface User {
	    id: string;
	    name: string;
	    role: string;
	    retired: boolean;
	}
	export interface View {
	    id: string;
	    name: string;
	    pipelineId: string;
	    userId: string;
	    shared: boolean;
	    pos: number;
	    filter: string;
	}

}

export namespace duplicates {
	
	export interface Choice {
	    contactId: string;
	    otherId: string;
	    keep: Record<string, string>;
	}

}

export namespace leads {
	
	export interface ActivityPatch {
	    kind?: string;
	    title?: string;
	    body?: string;
	    dueAt?: number;
	    dueDay?: string;
	    userId?: string;
	    outcome?: string;
	    remind?: number;
	}
	export interface ContactPatch {
	    type?: string;
	    name?: string;
	    company?: string;
	    document?: string;
	    city?: string;
	    address?: string;
	    zip?: string;
	    birthday?: string;
	    phones?: crm.Entry[];
	    emails?: crm.Entry[];
	    values?: crm.FieldValue[];
	}
	export interface Conversion {
	    stageId: string;
	    valueCents?: number;
	    vehicle?: string;
	}
	export interface Employment {
	    contactIds: string[];
	    companyId: string;
	    name: string;
	}
	export interface Move {
	    ids: string[];
	    stageId: string;
	    afterId: string;
	    beforeId: string;
	    toTop: boolean;
	    reasonId: string;
	    reasonNote: string;
	}
	export interface New {
	    name: string;
	    phone: string;
	    email: string;
	    company: string;
	    vehicle: string;
	    plate: string;
	    subject: string;
	    valueCents: number;
	    sourceId: string;
	    ownerId: string;
	    stageId: string;
	    shopId: string;
	    timeframe: string;
	    tags: string[];
	    note: string;
	    contactId: string;
	    values: crm.FieldValue[];
	    originLeadId: string;
	    referredBy: string;
	}
	export interface NewActivity {
	    leadId: string;
	    kind: string;
	    title: string;
	    body: string;
	    dueAt: number;
	    dueDay: string;
	    done: boolean;
	    userId: string;
	    outcome: string;
	    channel: string;
	    remind: number;
	}
	export interface Patch {
	    valueCents?: number;
	    ownerId?: string;
	    sourceId?: string;
	    shopId?: string;
	    subject?: string;
	    vehicle?: string;
	    plate?: string;
	    timeframe?: string;
	    qualification?: string;
	    reasonId?: string;
	    reasonNote?: string;
	    tags?: string[];
	    referredBy?: string;
	    values?: crm.FieldValue[];
	}

}

export namespace reminding {
	
	export interface Notice {
	    entries: crm.AgendaEntry[];
	    more: number;
	    missed: number;
	    ids: string[];
	}

}

export namespace setup {
	
	export interface First {
	    language: string;
	    shopName: string;
	    userName: string;
	}
	export interface StagePatch {
	    name?: string;
	    kind?: string;
	    color?: string;
	    staleDays?: number;
	    probability?: number;
	}

}

export namespace shopserver {
	
	export interface Code {
	    text: string;
	    userId: string;
	    given: number;
	    expires: number;
	    asked: boolean;
	    used: boolean;
	}
	export interface Person {
	    userId: string;
	    name: string;
	    role: string;
	}
	export interface Status {
	    phase: string;
	    failure?: crm.Error;
	    pc: string;
	    address: string;
	    port: number;
	    search: number;
	    pcs: number;
	    code?: Code;
	}

}

export namespace store {
	
	export interface HistoryEntry {
	    opId: string;
	    label: string;
	    params: Record<string, string>;
	    at: number;
	    userId: string;
	    undone: boolean;
	    undo: boolean;
	}
	export interface Hit {
	    card: crm.Card;
	    field: string;
	}
	export interface Piece {
	    text: string;
	    found: boolean;
	}
	export interface NoteHit {
	    card: crm.Card;
	    activityId: string;
	    kind: string;
	    at: number;
	    snippet: Piece[];
	}
	
	export interface Recovery {
	    at: number;
	    folder: string;
	    snapshot: string;
	    salvaged: number;
	    older: number;
	    doubtful: number;
	    pages: number;
	    leadIds: string[];
	    lost: string[];
	}
	export interface Snapshot {
	    id: string;
	    at: number;
	    bytes: number;
	    kind: string;
	}
	export interface SnapshotStatus {
	    folder: string;
	    snapshots: Snapshot[];
	    lastAt: number;
	    copiedAt: number;
	    error?: crm.Error;
	}

}

export namespace syncing {
	
	export interface Device {
	    number: number;
	    name: string;
	    userId: string;
	    state: string;
	    here: boolean;
	    joined: number;
	    seen: number;
	}
	export interface Devices {
	    list: Device[];
	    manages: boolean;
	    told: number;
	    failure?: crm.Error;
	}
	export interface Status {
	    phase: string;
	    failure?: crm.Error;
	    joined: boolean;
	    detached: boolean;
	    device: string;
	    hub: string;
	    waiting: number;
	    since: number;
	    synced: number;
	    conflicts: number;
	    refused: number;
	}

}

export namespace transfer {
	
	export interface Column {
	    id: string;
	    title: string;
	}
	export interface Options {
	    stageId: string;
	    ownerId: string;
	    sourceId: string;
	    duplicates: string;
	}
	export interface ReviewRow {
	    line: number;
	    lead: crm.Card;
	    names: Record<string, string>;
	    notes: string[];
	    leadId: string;
	    sameAs: number;
	    changes: crm.FieldChange[];
	    reasons: crm.Error[];
	    warnings: crm.Error[];
	}
	export interface Review {
	    rows: number;
	    new: number;
	    duplicates: number;
	    fills: number;
	    refused: number;
	    warned: number;
	    lacking: Record<string, number>;
	    newRows: ReviewRow[];
	    duplicateRows: ReviewRow[];
	    refusedRows: ReviewRow[];
	    people: string[];
	    sources: string[];
	    tags: string[];
	}

}

