// Names and contrast of what is to be seen: for people who hear the screen, or see it badly.
(() => {
    // What is drawn from our views; calendars, boards of activities and lists are Odoo's.
    const OURS = [
        ".o_form_sheet, .o_kanban_record, .o_dialog main",
        "[class*=o_sale_return]:not(.o_view_controller), [class*=o_return]",
    ].join();
    const CONTROLS = "input, select, textarea, button, [role=button], [role=tab]";

    const LEAST = 4.5; // contrast of text, as WCAG 2 asks for in its level AA
    // Odoo's own, nameless or pale in each of its apps.
    const NAMELESS = [
        ".o_list_renderer", // the column's heading is the name of what is in its cells
        ".o_field_boolean input:disabled", // read by its label's text beside it
    ].join();
    const PALE = [
        ".text-muted, .o_field_empty", // what matters less is grey
        ".o_form_label", // on a phone
        ".badge, .o_tag", // Bootstrap's colours
        ".o_stat_info", // 4.4: numbers of smart buttons
        ".o_field_remaining_days, .o_field_activity, .o_field_list_activity",
        "[class*=o-mail-]",
    ].join();

    /** The parts of `within` that are ours, and not in one another. */
    function parts(within) {
        const screens = [...document.querySelectorAll(within)];
        const all = screens.flatMap((each) => (each.closest(OURS) ? [each] : [...each.querySelectorAll(OURS)]));
        return all.filter((each) => !all.some((other) => other !== each && other.contains(each)));
    }

    function isSeen(element) {
        const { width, height } = element.getBoundingClientRect();
        return width > 1 && height > 1 && element.checkVisibility({ opacityProperty: true, visibilityProperty: true });
    }

    function nameOf(element) {
        const ids = (element.getAttribute("aria-labelledby") || "").split(/\s+/).filter(Boolean);
        const labels = [...(element.labels || []), ...ids.map((id) => document.getElementById(id))];
        return [
            element.getAttribute("aria-label"),
            ...labels.map((label) => label?.textContent),
            element.getAttribute("title"),
            element.dataset.tooltip,
            element.getAttribute("placeholder"),
            element.matches("input, select, textarea") ? null : element.textContent,
            ...[...element.querySelectorAll("img[alt], [aria-label], [title]")].map(
                (each) => each.getAttribute("alt") || each.getAttribute("aria-label") || each.getAttribute("title")
            ),
        ].find((text) => text?.trim());
    }

    /** What can be used and has no name. */
    window.walk.nameless = (within) =>
        parts(within)
            .flatMap((screen) => [...screen.querySelectorAll(CONTROLS)])
            .filter((each) => isSeen(each) && !each.closest(NAMELESS) && !nameOf(each))
            .map((each) => each.outerHTML.slice(0, 160));

    function rgba(text) {
        const [red, green, blue, alpha = 1] = text.match(/[\d.]+/g).map(Number);
        return { rgb: [red, green, blue], alpha };
    }

    function over(top, alpha, bottom) {
        return top.map((each, index) => each * alpha + bottom[index] * (1 - alpha));
    }

    function backgroundOf(element) {
        const layers = [];
        for (let each = element; each; each = each.parentElement) {
            const style = getComputedStyle(each);
            if (style.backgroundImage !== "none") {
                return null; // nobody can say
            }
            const { rgb, alpha } = rgba(style.backgroundColor);
            layers.push([rgb, alpha]);
            if (alpha === 1) {
                break;
            }
        }
        return layers.reverse().reduce((below, [rgb, alpha]) => over(rgb, alpha, below), [255, 255, 255]);
    }

    function luminance(rgb) {
        const [red, green, blue] = rgb.map((each) => {
            const part = each / 255;
            return part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
        });
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
    }

    /** Texts with too little contrast. */
    window.walk.pale = (within) => {
        const found = [];
        for (const screen of parts(within)) {
            const walker = document.createTreeWalker(screen, NodeFilter.SHOW_TEXT);
            for (let node = walker.nextNode(); node; node = walker.nextNode()) {
                const element = node.parentElement;
                if (!node.nodeValue.trim() || !isSeen(element) || element.closest(PALE)) {
                    continue;
                }
                const behind = backgroundOf(element);
                if (!behind) {
                    continue;
                }
                const { rgb, alpha } = rgba(getComputedStyle(element).color);
                const shades = [luminance(over(rgb, alpha, behind)), luminance(behind)].sort((a, b) => b - a);
                const contrast = (shades[0] + 0.05) / (shades[1] + 0.05);
                if (contrast < LEAST) {
                    found.push(`${contrast.toFixed(1)} "${node.nodeValue.trim().slice(0, 40)}" .${element.className}`);
                }
            }
        }
        return [...new Set(found)];
    };
})();
