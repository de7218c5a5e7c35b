select 'desk:answers:' || id as node_id from {{ ref('stg_desk__answers') }}
