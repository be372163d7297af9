import { describe, expect, it } from 'vitest';
import { slipToSvg } from '../../../../drivers/receipt-printer/escpos/paper-svg.ts';
import type { PrintedText, Slip } from '../../../../drivers/receipt-printer/paper.ts';

const text: PrintedText = { kind: 'text', x: 0, y: 0, text: '', cellDots: 12, scaleX: 1, scaleY: 1, bold: false, inverse: false, underline: false };

function slip(items: Slip['items'], end: Slip['end'] = 'partialCut'): Slip {
  return { items, lengthDots: 200, printableDots: 384, end };
}

describe('the picture of a slip', () => {
  it('puts every letter into the middle of its own cell', () => {
    const svg = slipToSvg(slip([{ ...text, text: '元A 1' }]));
    expect(svg).toMatch(/<text [^>]*Noto Sans SC Variable[^>]* x="12">元<\/text>/); // cells 0–1
    expect(svg).toMatch(/<text [^>]*Noto Sans Mono Variable[^>]* x="30 54">A1<\/text>/); // cells 2 and 4
  });

  it('draws tall letters by stretching their cell', () => {
    expect(slipToSvg(slip([{ ...text, x: 24, y: 32, text: '5', scaleY: 2 }]))).toContain('translate(24 32) scale(1 2)');
  });

  it('draws dots where the bits are', () => {
    const svg = slipToSvg(slip([{ kind: 'raster', x: 8, y: 10, bytesPerRow: 1, bits: Uint8Array.of(0b0110_0001, 0) }]));
    expect(svg).toContain('d="M9 10h2v1h-2zM15 10h1v1h-1z"');
  });

  it('writes no markup from text', () => {
    const svg = slipToSvg(slip([{ ...text, text: '<&>' }]));
    expect(svg).toContain('>&lt;&amp;&gt;</text>');
  });

  it('is as large as the paper, with teeth only where a hand parted it', () => {
    expect(slipToSvg(slip([]))).toContain('width="448" height="210"');
    expect(slipToSvg(slip([], 'fullCut'))).toContain('d="M0 0H448V200H0Z"');
    expect(slipToSvg(slip([]))).toContain('l-');
  });

  it('draws white on black, rules and underlines', () => {
    const svg = slipToSvg(
      slip([
        { ...text, text: '补', inverse: true },
        { ...text, text: '--------' },
        { ...text, text: 'A', underline: true, bold: true },
      ]),
    );
    expect(svg).toContain('<rect width="24" height="24" fill="#000"/>');
    expect(svg).toContain('M2 11h8v2h-8z');
    expect(svg).toContain('<rect y="22" width="12" height="2" fill="#000"/>');
    expect(svg).toContain('stroke-width');
  });
});
