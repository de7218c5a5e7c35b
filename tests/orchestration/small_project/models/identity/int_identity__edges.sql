select node_id as node_l, node_id as node_r, 'same_email' as rule from {{ ref('int_identity__nodes') }}
