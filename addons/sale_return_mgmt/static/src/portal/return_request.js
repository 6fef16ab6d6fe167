import { rpc } from "@web/core/network/rpc";
import { registry } from "@web/core/registry";
import { Interaction } from "@web/public/interaction";

const SIDE = 2048; // pixels: enough to see a scratch
const SHRINK_FROM = 2 ** 20; // bytes

/**
 * What the customer gets, shown while he fills in the form of a return; photos of his
 * phone, made small enough; and a refusal that leaves the page as it is.
 */
export class ReturnRequest extends Interaction {
    static selector = ".o_sale_return_form";
    preview = this.debounced(this.showPreview, 400);
    dynamicContent = {
        _root: {
            "t-on-input": this.preview,
            "t-on-change": this.preview,
            "t-on-submit.prevent": this.onSubmit,
        },
        ".o_sale_return_choose": { "t-on-change": this.onChoose },
        ".o_sale_return_less": { "t-on-click": (ev) => this.step(ev, -1) },
        ".o_sale_return_more": { "t-on-click": (ev) => this.step(ev, 1) },
        ".o_sale_return_lot": { "t-on-change": this.onLot },
        ".o_sale_return_add": { "t-on-change": this.onAddFiles },
        ".o_sale_return_camera, .o_sale_return_pick": {
            "t-att-class": () => ({ "d-none": false }),
        },
        ".o_sale_return_files": { "t-att-class": () => ({ "d-none": true }) },
        "button[name=confirm]": { "t-att-disabled": () => this.isSending },
    };

    setup() {
        this.isSending = false;
        this.previews = 0;
        this.files = new DataTransfer();
        this.fileInput = this.el.querySelector(".o_sale_return_files");
        this.fileTypes = this.fileInput.accept.split(",");
        this.fileError = this.el.querySelector(".o_sale_return_file_error");
    }

    start() {
        this.preview();
    }

    /** What the template says, translated there. */
    text(name) {
        return this.el.querySelector(`[data-text=${name}]`).textContent;
    }

    // ------------------------------------------------------------------ lines

    onChoose(ev) {
        // Who returns several things mostly has one reason.
        const reasons = [...this.el.querySelectorAll(".o_sale_return_reason")];
        const own = ev.target.closest(".o_sale_return_line").querySelector("select");
        own.value ||= reasons.find((select) => select.value)?.value ?? "";
    }

    step(ev, difference) {
        const input = ev.target.closest(".input-group").querySelector("input");
        const value = Number(input.value) + difference;
        input.value = Math.min(Math.max(value, Math.min(1, input.max)), input.max);
        this.preview();
    }

    onLot(ev) {
        const line = ev.target.closest(".o_sale_return_line");
        const chosen = line.querySelectorAll(".o_sale_return_lot:checked");
        if (ev.target.dataset.serial && chosen.length) {
            line.querySelector("input[type=number]").value = chosen.length;
        }
    }

    // ---------------------------------------------------------------- preview

    async showPreview() {
        const place = this.el.querySelector("#return_preview");
        if (!place) {
            return;
        }
        if (!this.el.querySelector(".o_sale_return_choose:checked")) {
            place.replaceChildren();
            return;
        }
        const number = ++this.previews;
        const form = {};
        for (const [name, value] of new FormData(this.el)) {
            if (typeof value === "string" && name !== "csrf_token") {
                (form[name] ||= []).push(value);
            }
        }
        const answer = await this.waitFor(
            rpc(this.el.dataset.previewUrl, {
                access_token: this.el.dataset.accessToken,
                form,
                files: this.files.items.length,
            }),
        );
        if (number === this.previews) {
            place.innerHTML = answer.html; // escaped by the server's template
        }
    }

    // ------------------------------------------------------------------ files

    async onAddFiles(ev) {
        this.fileError.textContent = "";
        for (const file of [...ev.target.files]) {
            const small = await this.waitFor(this.shrink(file));
            if (!this.fileTypes.includes(small.type)) {
                this.fileError.textContent = `${this.text("wrongType")} ${file.name}`;
            } else if (small.size > Number(this.el.dataset.maxFileBytes)) {
                this.fileError.textContent = `${this.text("tooLarge")} ${file.name}`;
            } else if (this.files.items.length >= Number(this.el.dataset.maxFiles)) {
                this.fileError.textContent = this.text("tooMany");
            } else {
                this.files.items.add(small);
            }
        }
        ev.target.value = "";
        this.showFiles();
    }

    /** Photos of phones are larger than anybody needs, and slow to send. */
    async shrink(file) {
        if (!file.type.startsWith("image/") || file.size < SHRINK_FROM) {
            return file;
        }
        try {
            const image = await createImageBitmap(file);
            const scale = Math.min(1, SIDE / Math.max(image.width, image.height));
            const canvas = document.createElement("canvas");
            canvas.width = image.width * scale;
            canvas.height = image.height * scale;
            canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
            const blob = await new Promise((resolve) =>
                canvas.toBlob(resolve, "image/jpeg", 0.85),
            );
            const name = file.name.replace(/\.\w+$/, ".jpg");
            return new File([blob], name, { type: "image/jpeg" });
        } catch {
            return file; // the server looks at it
        }
    }

    showFiles() {
        this.fileInput.files = this.files.files;
        const thumbs = [...this.files.files].map((file, index) => {
            const button = document.createElement("button");
            button.type = "button";
            button.className = "btn btn-light p-1";
            button.title = file.name;
            const url = URL.createObjectURL(file);
            const image = document.createElement("img");
            image.src = file.type.startsWith("image/") ? url : "/web/static/img/mimetypes/pdf.svg";
            image.alt = file.name;
            const cross = document.createElement("i");
            cross.className = "fa fa-times ms-1";
            button.append(image, cross);
            button.addEventListener("click", () => {
                URL.revokeObjectURL(url);
                this.files.items.remove(index);
                this.showFiles();
            });
            return button;
        });
        this.el.querySelector(".o_sale_return_thumbs").replaceChildren(...thumbs);
        this.preview();
    }

    // ----------------------------------------------------------------- submit

    async onSubmit() {
        if (this.isSending) {
            return;
        }
        this.isSending = true;
        this.updateContent();
        try {
            const response = await this.waitFor(
                fetch(this.el.action, { method: "POST", body: new FormData(this.el) }),
            );
            if (response.redirected) {
                window.location.assign(response.url);
                return;
            }
            this.showRefusal(await this.waitFor(response.text()));
        } catch {
            this.fileError.textContent = this.text("offline");
        }
        this.isSending = false;
        this.updateContent();
    }

    /** Take what is wrong from the page that the server answered; the rest stays. */
    showRefusal(html) {
        const page = new DOMParser().parseFromString(html, "text/html");
        const errors = page.querySelector("#return_errors");
        const key = page.querySelector(".o_sale_return_form [name=key]");
        const place = this.el.querySelector("#return_errors");
        if (errors && key) {
            place.replaceChildren(...errors.childNodes);
            this.el.elements.key.value = key.value;
        } else {
            const said = page.querySelector("#wrap")?.textContent.trim();
            place.textContent = said || this.text("offline");
        }
        place.scrollIntoView({ block: "center" });
        place.focus();
    }
}

registry
    .category("public.interactions")
    .add("sale_return_mgmt.return_request", ReturnRequest);
