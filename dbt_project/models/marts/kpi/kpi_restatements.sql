{%- set key = ['kpi_id', 'variant', 'grain', 'period_start', 'segment_type', 'segment'] -%}
{#- the word for what is counted where no record of it is published -#}
{%- set words = {'posts': 'post', 'visits': 'visit', 'requests': 'request', 'spend': 'spend', 'stays': 'stay', 'consents': 'consent'} -%}

with published_restatements as (

    select * from {{ source('publication_state', 'kpi_restatements') }}

),

-- a running month is expected to move
moved as (

    select * from {{ ref('int_kpi__moves') }} where was_complete

),

changed_records as (

    select * from {{ ref('int_kpi__changed_records') }}

),

erased_facts as (

    select * from {{ source('publication_state', 'erased_facts') }}

),

catalog as (

    select * from {{ ref('kpi_catalog') }}

),

as_of as (

    select * from {{ ref('int_kpi__as_of') }}

),

by_month as (

    select
        facts,
        cause,
        month,
        count(*) as records
    from changed_records
    group by facts, cause, month
    union all
    -- what people who were erased had said, bought and asked stands nowhere any more: its number does
    select
        facts,
        'erasure' as cause,
        month,
        sum(records) as records
    from erased_facts
    group by facts, month

),

reasons as (

    select
        moved.*,
        catalog.facts as told_by,
        by_month.cause as evident_cause,
        sum(by_month.records) as records
    from moved
    inner join catalog on moved.kpi_id = catalog.kpi_id and moved.variant = catalog.variant
    left join by_month
        on
            ' ' || catalog.facts || ' ' like '% ' || by_month.facts || ' %'
            and (
                moved.period_start = by_month.month
                or (catalog.touched_by in ('earlier_months', 'any_month') and moved.period_start > by_month.month)
                or (catalog.touched_by in ('later_months', 'any_month') and moved.period_start < by_month.month)
            )
    group by all

),

ranked as (

    select
        *,
        row_number() over (partition by {{ key | join(', ') }} order by records desc nulls last, evident_cause asc) as cause_rank
    from reasons

),

explained as (

    select
        {{ key | join(',
        ') }},
        max(published_as_of) as published_as_of,
        max(published_value) as published_value,
        max(value) as value,
        max(value) - max(published_value) as change,
        max(published_n) as published_n,
        max(n) as n,
        max(case when cause_rank = 1 then evident_cause end) as evident_cause,
        case when max(n_immature) < max(published_n_immature) then 'matured' end as matured,
        case
            {%- for facts, word in words.items() %}
                when max(told_by) like '{{ facts }}%' and coalesce(max(n), 0) > coalesce(max(published_n), 0) then 'late {{ word }}'
                when max(told_by) like '{{ facts }}%' and coalesce(max(n), 0) < coalesce(max(published_n), 0) then 'removed {{ word }}'
                when max(told_by) like '{{ facts }}%' then 'changed {{ word }}'
            {%- endfor %}
            when max(told_by) like 'subscriptions%' then 'changed billing'
            else 'other'
        end as least_said,
        string_agg(
            evident_cause || ' ' || cast(cast(records as bigint) as {{ dbt.type_string() }}), ', ' order by cause_rank
        ) as causes
    from ranked
    group by {{ key | join(', ') }}

),

restatements as (

    select
        restated_at,
        published_as_of,
        {{ key | join(',
        ') }},
        published_value,
        value,
        change,
        published_n,
        n,
        cause,
        causes
    from published_restatements
    union all
    select
        as_of.as_of as restated_at,
        explained.published_as_of,
        {{ key | join(',
        ') }},
        explained.published_value,
        explained.value,
        explained.change,
        explained.published_n,
        explained.n,
        coalesce(explained.evident_cause, explained.matured, explained.least_said) as cause,
        explained.causes
    from explained
    cross join as_of

)

select * from restatements
