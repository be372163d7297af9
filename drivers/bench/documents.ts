/** Identity documents to lay on a reader. Nobody is meant: region 99 does not exist, addresses and offices are examples. */
import type { SimulatedDocument } from '../id-reader/simulated-id-reader.ts';

export interface DocumentAtHand {
  readonly id: string;
  readonly document: SimulatedDocument;
}

/** What each is for is in its name: `rare-name` has a character that GB 2312 lacks, `resident` a layout that readers don't guess at. */
export const DOCUMENTS: readonly DocumentAtHand[] = [
  document('valid', { name: '张三', sex: '1', birth: '19900307', number: '990101199003070015', validFrom: '20200101', validUntil: '20400101' }),
  document('rare-name', { name: '王堃', sex: '2', birth: '19880229', number: '990101198802290028', validFrom: '20180301', validUntil: '20380301' }),
  document('long-term', { name: '李秀英', sex: '2', birth: '19480512', number: '990101194805120042', validFrom: '20100601', validUntil: '长期' }),
  document('expired', { name: '赵小五', sex: '1', birth: '20010915', number: '990203200109150017', validFrom: '20110101', validUntil: '20160101' }),
  document('resident', {
    name: 'DOE, SAM',
    sex: '1',
    birth: '19790820',
    number: '990101197908200030',
    validFrom: '20190801',
    validUntil: '20290801',
    marker: 'I',
  }),
];

function document(id: string, person: Omit<SimulatedDocument, 'nation' | 'address' | 'issuer'>): DocumentAtHand {
  return { id, document: { nation: '01', address: '北京市东城区示例胡同1号', issuer: '北京市公安局东城分局', ...person } };
}
