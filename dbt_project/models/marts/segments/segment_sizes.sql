with customer_segments as (

    select * from {{ ref('customer_segments') }}

),

segment_sizes as (

    select
        life_cycle_stage,
        persona,
        rfm_segment,
        recency_score,
        frequency_score,
        count(*) as customers,
        sum(revenue_in_year) as revenue_in_year
    from customer_segments
    group by life_cycle_stage, persona, rfm_segment, recency_score, frequency_score

)

select * from segment_sizes
