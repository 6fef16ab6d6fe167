import { registry } from "@web/core/registry";
import { FileModel } from "@web/core/file_viewer/file_model";
import { useFileViewer } from "@web/core/file_viewer/file_viewer_hook";
import { Many2ManyBinaryField, many2ManyBinaryField } from "@web/views/fields/many2many_binary/many2many_binary_field";

/** Photos big enough to decide by; a click shows them in full, without leaving the form. */
export class ReturnPhotos extends Many2ManyBinaryField {
    static template = "sale_return_mgmt.ReturnPhotos";

    setup() {
        super.setup();
        this.fileViewer = useFileViewer();
    }

    get photos() {
        return this.files.map((file) =>
            Object.assign(new FileModel(), {
                id: file.id,
                name: file.name,
                mimetype: file.mimetype,
            })
        );
    }

    open(photo, photos) {
        this.fileViewer.open(photo, photos);
    }
}

registry.category("fields").add("sale_return_photos", {
    ...many2ManyBinaryField,
    component: ReturnPhotos,
});
