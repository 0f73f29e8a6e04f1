package io.thermograd.live;

/** What is measured in the page itself. */
public final class PageChecks {
  /** By how many pixels the page is wider than the window. */
  public static final String HORIZONTAL_SCROLL =
      "() => Math.max(0, document.documentElement.scrollWidth - innerWidth)";

  /**
   * Pairs of visible texts whose boxes overlap by more than rounding. A box is that of the text
   * itself, clipped as its ancestors clip it, not that of its element.
   */
  public static final String OVERLAPS =
      """
      () => {
        const boxes = [];
        const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
        for (let node = walker.nextNode(); node; node = walker.nextNode()) {
          const parent = node.parentElement;
          if (!node.textContent.trim() || !parent.checkVisibility({visibilityProperty: true})
              || parent.closest('.hidden-text, .skip, .top, noscript')) {
            continue;
          }
          const range = document.createRange();
          range.selectNodeContents(node);
          for (const r of range.getClientRects()) {
            let {left, top, right, bottom} = r;
            for (let a = parent; a; a = a.parentElement) {
              const style = getComputedStyle(a);
              if (style.overflow !== 'visible' && style.display !== 'inline') {
                const c = a.getBoundingClientRect();
                left = Math.max(left, c.left);
                right = Math.min(right, c.right);
                top = Math.max(top, c.top);
                bottom = Math.min(bottom, c.bottom);
              }
            }
            if (right - left > 1 && bottom - top > 1) {
              boxes.push({left, top, right, bottom, node, text: node.textContent.trim()});
            }
          }
        }
        const found = [];
        for (let i = 0; i < boxes.length; i++) {
          for (let j = i + 1; j < boxes.length; j++) {
            const a = boxes[i];
            const b = boxes[j];
            if (a.node === b.node) {
              continue;
            }
            const x = Math.min(a.right, b.right) - Math.max(a.left, b.left);
            // Lines of text may touch: line boxes are a little higher than letters.
            const y = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
            if (x > 1.5 && y > 4) {
              found.push(`${a.text} / ${b.text}`);
            }
          }
        }
        return found;
      }
      """;

  /**
   * Violations of WCAG 2.1 A and AA that axe-core finds, one line each. Its script has to be in the
   * page.
   */
  public static final String ACCESSIBILITY =
      """
      async () => {
        const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa'];
        const found = await axe.run(document, {runOnly: tags, resultTypes: ['violations']});
        return found.violations.flatMap(rule =>
            rule.nodes.map(node => `${rule.id}: ${node.target} ${node.failureSummary}`));
      }
      """;

  /**
   * Presses Tab through the whole page: what each stop is, and whether it can be seen to have the
   * focus. Ends where the focus leaves the page or comes back to a stop.
   */
  public static final String FOCUS =
      """
      () => {
        const e = document.activeElement;
        if (!e || e === document.body) {
          return null;
        }
        const style = getComputedStyle(e);
        const box = e.getBoundingClientRect();
        return {
          name: e.getAttribute('aria-label') || e.textContent.trim().slice(0, 40) || e.id || e.className,
          ring: style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2,
          shown: box.width > 0 && box.height > 0 && box.bottom > 0 && box.top < innerHeight,
        };
      }
      """;

  private PageChecks() {}
}
