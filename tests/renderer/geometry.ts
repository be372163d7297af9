/** What is wrong with the layout of the screen that is shown, in words: overflow, clipped or colliding text, targets too small or too near. */
/** Runs in the page, and so stands by itself. @returns names of faults, empty when the screen is sound */
export function layoutFaults(): string[] {
  /** Half a pixel of rounding, and the descenders that line boxes leave to each other. */
  const SLACK = 2;
  const faults: string[] = [];
  const root = document.querySelector('[data-testid="screen"]');
  if (root === null) return ['no screen'];
  const dialog = root.querySelector('[role="alertdialog"]');
  const scope = dialog ?? root;
  const k = Number(getComputedStyle(document.documentElement).getPropertyValue('--k'));
  const token = (name: string): number => Number.parseFloat(getComputedStyle(root).getPropertyValue(name)) * k;
  const glass = { left: 0, top: 0, right: window.innerWidth, bottom: window.innerHeight };
  const name = (element: Element): string =>
    `${element.tagName.toLowerCase()}${element.getAttribute('data-testid') === null ? '' : `#${element.getAttribute('data-testid') ?? ''}`}.${[...element.classList].join('.')}`;
  const spoken = (text: string): string => JSON.stringify(text.trim().slice(0, 24));
  type Box = { left: number; top: number; right: number; bottom: number };
  const within = (inner: Box, outer: Box): boolean =>
    inner.left >= outer.left - SLACK && inner.right <= outer.right + SLACK && inner.top >= outer.top - SLACK && inner.bottom <= outer.bottom + SLACK;
  /** A screen drawn small inside of this one is a picture: it is laid out where it is shown. */
  const isPicture = (element: Element): boolean => element.closest('[data-picture]') !== null;
  const overlap = (a: Box, b: Box): boolean =>
    Math.min(a.right, b.right) - Math.max(a.left, b.left) > SLACK && Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > SLACK;

  if (document.documentElement.scrollWidth > window.innerWidth || document.documentElement.scrollHeight > window.innerHeight) faults.push('the page scrolls');

  // Every line of text, without the spacing around its glyphs.
  const lines: { text: string; box: Box; host: Element }[] = [];
  const walker = document.createTreeWalker(scope, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
    const host = node.parentElement;
    const text = node.textContent ?? '';
    if (host === null || isPicture(host) || text.trim() === '' || host.closest('.vh') !== null || getComputedStyle(host).clipPath !== 'none') continue;
    const range = document.createRange();
    range.selectNodeContents(node);
    const size = Number.parseFloat(getComputedStyle(host).fontSize) * k;
    for (const rect of range.getClientRects()) {
      if (rect.width === 0) continue;
      const middle = (rect.top + rect.bottom) / 2;
      lines.push({ text, host, box: { left: rect.left, right: rect.right, top: middle - size * 0.46, bottom: middle + size * 0.46 } });
    }
    const smallest = token('--fs-min');
    if (size < smallest - 0.5 && host.closest('.head, .brandname, .ring, .bill, .sample') === null)
      faults.push(`text ${spoken(text)} is ${Math.round(size)} px, less than ${smallest}`);
    if (size < 28 * k - 0.5) faults.push(`text ${spoken(text)} is ${Math.round(size)} px`);
  }
  const BOXES = 'button, .panel, .notice, .kcard, .read, .touch, .action, .head, .utility, .dialog, .fan li, .receipt-panel, .bill, .ring, .qr';
  for (const { text, box, host } of lines) {
    if (!within(box, glass)) faults.push(`text ${spoken(text)} leaves the glass`);
    if (host.closest('.net') !== null) continue; // its stations stand beyond the margins
    for (let outer = host.closest(BOXES); outer !== null && scope.contains(outer); outer = outer.parentElement?.closest(BOXES) ?? null) {
      if (outer.classList.contains('ring')) break;
      if (!within(box, outer.getBoundingClientRect())) faults.push(`text ${spoken(text)} leaves ${name(outer)}`);
    }
  }
  for (const [index, a] of lines.entries()) {
    for (const b of lines.slice(index + 1)) {
      if (a.host !== b.host && overlap(a.box, b.box)) faults.push(`text ${spoken(a.text)} lies on ${spoken(b.text)}`);
    }
  }
  // Solid things that text or each other may not lie on.
  const solids = [...scope.querySelectorAll('button, .panel, .notice, .kcard, .ring, .qr, .fan li, .typed, .route')]
    .filter((part) => !isPicture(part))
    .map((part) => ({
      part,
      box: part.getBoundingClientRect(),
    }));
  for (const [index, a] of solids.entries()) {
    for (const b of solids.slice(index + 1)) {
      if (overlap(a.box, b.box) && !a.part.contains(b.part) && !b.part.contains(a.part)) faults.push(`${name(a.part)} lies on ${name(b.part)}`);
    }
    for (const { text, box, host } of lines) {
      if (overlap(box, a.box) && !a.part.contains(host) && !a.part.classList.contains('route')) faults.push(`text ${spoken(text)} under ${name(a.part)}`);
    }
  }
  for (const zone of scope.querySelectorAll('.read, .touch, .page > .action, .utility, .dialog')) {
    if (isPicture(zone)) continue;
    const outer = zone.getBoundingClientRect();
    for (const part of zone.children) {
      if (part.matches('.scene, .dock, .net, .route, .vh')) continue;
      const inner = part.getBoundingClientRect();
      if (inner.width === 0) continue;
      if (inner.bottom > outer.bottom + SLACK || inner.top < outer.top - SLACK)
        faults.push(`${name(part)} leaves ${name(zone)} by ${Math.round(Math.max(inner.bottom - outer.bottom, outer.top - inner.top))}`);
    }
  }

  // Text on a picture: what is painted at points along each line that comes near one.
  const painted = [...document.querySelectorAll('.scene *')].map((part) => part.getBoundingClientRect());
  const STROKE = 64 * k; // more than any line in a picture is wide
  const nearPicture = (box: Box): boolean =>
    painted.some((part) => overlap(box, { left: part.left - STROKE, right: part.right + STROKE, top: part.top - STROKE, bottom: part.bottom + STROKE }));
  const style = document.head.appendChild(document.createElement('style'));
  style.textContent = '.scene, .scene * { pointer-events: visiblePainted !important }';
  for (const { text, box } of lines.filter((line) => nearPicture(line.box))) {
    for (const part of [0.02, 0.25, 0.5, 0.75, 0.98]) {
      for (const height of [0.2, 0.5, 0.8]) {
        const x = box.left + (box.right - box.left) * part;
        const y = box.top + (box.bottom - box.top) * height;
        if (document.elementsFromPoint(x, y).some((element) => element instanceof SVGGeometryElement && element.closest('.scene') !== null))
          faults.push(`text ${spoken(text)} lies on a picture`);
      }
    }
  }
  style.remove();

  const buttons = [...scope.querySelectorAll('button')].filter((button) => button.getClientRects().length > 0 && !isPicture(button));
  const smallest = token('--target-min');
  for (const [index, button] of buttons.entries()) {
    const box = button.getBoundingClientRect();
    const need = button.closest('.utility') === null && !button.classList.contains('key') ? smallest : Math.min(smallest, 96 * k);
    if (box.width < need - 0.5 || box.height < need - 0.5)
      faults.push(`${name(button)} is ${Math.round(box.width)} × ${Math.round(box.height)}, less than ${need}`);
    if (
      !button.classList.contains('hidden-page') &&
      (box.left < 24 * k || box.top < 24 * k || box.right > glass.right - 24 * k || box.bottom > glass.bottom - 24 * k)
    )
      faults.push(`${name(button)} is at the bezel`);
    for (const other of buttons.slice(index + 1)) {
      const b = other.getBoundingClientRect();
      const across = Math.max(b.left - box.right, box.left - b.right);
      const down = Math.max(b.top - box.bottom, box.top - b.bottom);
      if (Math.max(across, down) < 16 * k - 0.5) faults.push(`${name(button)} and ${name(other)} are ${Math.round(Math.max(across, down))} px apart`);
    }
  }
  return [...new Set(faults)];
}
