with months as (

    select * from {{ ref('int_kpi__periods') }} where grain = 'month'

),

stretches as (

    select * from {{ ref('int_kpi__customer_stretches') }}

),

customers as (

    select * from {{ ref('dim_customers') }}

),

consents as (

    select * from {{ ref('fct_consents') }}

),

purposes as (

    select variant as purpose from {{ ref('kpi_catalog') }} where kpi_id = 'consent_coverage'

),

first_words as (

    select
        customer_id,
        purpose,
        min(told_at) as told_at
    from consents
    group by customer_id, purpose

),

-- unbroken stretches: each customer of the month's last instant once
events as (

    select
        'consent_coverage' as kpi_id,
        purposes.purpose as variant,
        months.period_start as on_day,
        customers.country_code,
        case when first_words.told_at <= months.closing_at then 1 else 0 end as numerator,
        1 as denominator,
        0 as immature
    from months
    inner join stretches on months.closing_at >= stretches.start_at and months.closing_at < stretches.end_at
    cross join purposes
    left join customers on stretches.customer_id = customers.customer_id
    left join first_words
        on stretches.customer_id = first_words.customer_id and purposes.purpose = first_words.purpose

),

{{ tallies_of('events', ['country_code']) }},

{{ measures_of(['consent_coverage']) }}

select * from measures
