select node_id as node_l, node_id as node_r from {{ ref('int_identity__nodes') }}
