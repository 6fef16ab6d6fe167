def post_init_hook(env):
    """Give every warehouse that is already there its return location and
    operation type; later ones get them at creation."""
    for warehouse in env["stock.warehouse"].with_context(active_test=False).search([]):
        warehouse.write(warehouse._create_or_update_sequences_and_picking_types())
