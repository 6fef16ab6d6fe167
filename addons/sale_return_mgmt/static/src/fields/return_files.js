import { registry } from "@web/core/registry";
import { hasTouch } from "@web/core/browser/feature_detection";
import { useDropzone } from "@web/core/dropzone/dropzone_hook";
import { useFileUploader } from "@web/core/utils/files";
import {
    Many2ManyBinaryField,
    many2ManyBinaryField,
} from "@web/views/fields/many2many_binary/many2many_binary_field";

import { useRef } from "@odoo/owl";

/** Files that can be dropped on the field, and photos taken with a phone's camera. */
export class ReturnFiles extends Many2ManyBinaryField {
    static template = "sale_return_mgmt.ReturnFiles";

    setup() {
        super.setup();
        this.root = useRef("root");
        this.camera = useRef("camera");
        // Not `upload`: for Odoo's template that means that a file is still on its way
        this.uploadFiles = useFileUploader();
        this.hasCamera = hasTouch();
        useDropzone(
            this.root,
            (ev) => this.onFiles(ev.dataTransfer.files),
            "o_sale_return_dropzone",
            () => !this.props.readonly
        );
    }

    async onPhotoTaken(ev) {
        await this.onFiles(ev.target.files);
        ev.target.value = null;
    }

    async onFiles(files) {
        const { resModel, resId } = this.props.record;
        const uploaded = await this.uploadFiles("/web/binary/upload_attachment", {
            csrf_token: odoo.csrf_token,
            ufile: [...files],
            model: resModel,
            id: resId || 0,
        });
        if (uploaded) {
            await this.onFileUploaded(uploaded);
        }
    }
}

registry.category("fields").add("sale_return_files", {
    ...many2ManyBinaryField,
    component: ReturnFiles,
});
