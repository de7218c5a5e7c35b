-- The map holds all 125 cells, and every customer who ever bought a score for each measure.
with counts as (

    select count(*) as cells
    from {{ ref('rfm_segments') }}

)

select
    'the map' as place,
    cells
from counts
where cells <> 125
union all
select
    segments.customer_id as place,
    null as cells
from {{ ref('customer_segments') }} as segments
inner join {{ ref('dim_customers') }} as customers on segments.customer_id = customers.customer_id
where (customers.became_customer_at is not null) <> (segments.rfm_segment is not null)
