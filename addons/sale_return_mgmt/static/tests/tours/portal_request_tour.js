import { registry } from "@web/core/registry";

const PIXEL =
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";

/** What the camera or the gallery of the phone hands over. */
function addPhoto(name, type, content) {
    const files = new DataTransfer();
    files.items.add(new File([content], name, { type }));
    const input = document.querySelector(".o_sale_return_pick input");
    input.files = files.files;
    input.dispatchEvent(new Event("change", { bubbles: true }));
}

const lamp = ".o_sale_return_line:contains(Lamp)";

registry.category("web_tour.tours").add("sale_return_portal_request_tour", {
    steps: () => [
        {
            content: "Return something of the order",
            trigger: "a[name=return_items]",
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "Scripts are there",
            trigger: ".o_sale_return_pick:not(.d-none)",
        },
        {
            content: "Nothing needs to be scrolled sideways",
            trigger: ".o_sale_return_form",
            run: ({ anchor }) => {
                const page = document.documentElement;
                if (page.scrollWidth > page.clientWidth) {
                    throw new Error(`${page.scrollWidth} > ${page.clientWidth}`);
                }
                const small = [...anchor.querySelectorAll(".form-select, .btn")].find(
                    (each) => each.offsetHeight && each.offsetHeight < 44,
                );
                if (small) {
                    throw new Error(`Too small for a thumb: ${small.outerHTML}`);
                }
            },
        },
        { content: "Choose the lamp", trigger: `${lamp} .form-check-label`, run: "click" },
        {
            content: "One less",
            trigger: `${lamp} .o_sale_return_less`,
            run: "click",
        },
        {
            content: "The reason is missing",
            trigger: "[name=preview_errors]:contains(return reason)",
        },
        {
            content: "Say what is wrong all the same",
            trigger: `${lamp} textarea`,
            run: "edit It flickers",
        },
        { content: "Too early", trigger: "button[name=confirm]:enabled", run: "click" },
        {
            content: "Told why, on the same page",
            trigger: "#return_errors .alert-danger:contains(return reason)",
        },
        {
            content: "Nothing is lost",
            trigger: `${lamp} textarea:value(It flickers)`,
        },
        {
            content: "The reason",
            trigger: `${lamp} .o_sale_return_reason`,
            run: "selectByLabel Not as described",
        },
        {
            content: "What it comes to, before it is asked for",
            trigger: "[name=preview]:contains(until) [name=amount_total]:contains(460.00)",
        },
        {
            content: "The money goes to the bank",
            trigger: "#refund_method",
            run: "select transfer",
        },
        {
            content: "To this account",
            trigger: "[name=acc_number]",
            run: "edit DE89370400440532013000",
        },
        {
            content: "No photo",
            trigger: ".o_sale_return_pick",
            run: () => addPhoto("a.txt", "text/plain", "x"),
        },
        {
            content: "Told so",
            trigger: ".o_sale_return_file_error:contains(neither a picture)",
            run: () => {
                const bytes = Uint8Array.from(atob(PIXEL), (char) => char.charCodeAt(0));
                addPhoto("lamp.png", "image/png", bytes);
            },
        },
        { content: "It is there", trigger: ".o_sale_return_thumbs img" },
        {
            content: "Ask for it",
            trigger: "button[name=confirm]:enabled",
            run: "click",
            expectUnloadPage: true,
        },
        { content: "The page of the return", trigger: "#wrap:contains(RET/)" },
    ],
});
