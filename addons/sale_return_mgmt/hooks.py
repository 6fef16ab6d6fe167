def post_init_hook(env):
    """Give every warehouse that is already there its return location and
    operation type, and every company its product for fees; later ones get them at
    creation."""
    for warehouse in env["stock.warehouse"].with_context(active_test=False).search([]):
        warehouse.write(warehouse._create_or_update_sequences_and_picking_types())
    env["res.company"].search([("sale_return_fee_product_id", "=", False)]).write(
        {
            "sale_return_fee_product_id": env.ref(
                "sale_return_mgmt.product_return_fee"
            ).id
        }
    )


def uninstall_hook(env):
    """Hand the count over to Odoo: what came back stays returned on its order."""
    env.cr.execute(
        "UPDATE stock_move SET to_refund = TRUE WHERE return_line_id IS NOT NULL"
    )
