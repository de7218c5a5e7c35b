with months as (

    select * from {{ ref('int_kpi__measures') }} where grain = 'month'

),

catalog as (

    select * from {{ ref('kpi_catalog') }}

),

-- only a complete month is compared with the one before; the condition would make the join a loop over all pairs
before as (

    select
        kpi_id,
        variant,
        segment_type,
        segment,
        cast({{ dbt.dateadd('month', 1, 'period_start') }} as date) as period_start,
        numerator,
        value,
        n,
        interval_low,
        interval_high
    from months

),

compared as (

    select
        months.*,
        catalog.shape,
        case when months.is_complete then before.value end as previous_value,
        case when months.is_complete then before.numerator end as numerator_before,
        case when months.is_complete then before.n end as n_before,
        case when months.is_complete then before.interval_low end as low_before,
        case when months.is_complete then before.interval_high end as high_before
    from months
    left join catalog on months.kpi_id = catalog.kpi_id and months.variant = catalog.variant
    left join before
        on
            months.kpi_id = before.kpi_id
            and months.variant = before.variant
            and months.segment_type = before.segment_type
            and months.segment = before.segment
            and months.period_start = before.period_start

),

-- shares by their common share, means and differences by the errors of their intervals; levels and figures have none
scored as (

    select
        *,
        case
            when shape = 'proportion' then {{ two_shares_z('numerator', 'n', 'numerator_before', 'n_before') }}
            when shape in ('mean', 'difference') then (value - previous_value) / nullif(sqrt(
                power({{ standard_error('interval_low', 'interval_high') }}, 2)
                + power({{ standard_error('low_before', 'high_before') }}, 2)
            ), 0)
        end as z_score
    from compared

),

tested as (

    select
        *,
        {{ two_sided_p('z_score') }} as p_value
    from scored

),

ranked as (

    select
        *,
        count(p_value) over family as family_size,
        row_number() over (
            partition by kpi_id, variant, period_start, segment_type order by p_value nulls last, segment
        ) as family_rank
    from tested
    window family as (partition by kpi_id, variant, period_start, segment_type)

),

-- Benjamini and Hochberg over the segments of one kind: of what is called a change, five in a hundred are none
adjusted as (

    select
        *,
        case when p_value is not null then least(1.0, min(p_value * family_size / family_rank) over (
            partition by kpi_id, variant, period_start, segment_type order by family_rank desc
            rows between unbounded preceding and current row
        )) end as q_value
    from ranked

),

periods as (

    select
        {{ kpi_columns([
            'previous_value', 'value - previous_value as change', 'p_value', 'q_value',
            'q_value < ' ~ var('significance_level') ~ ' as is_significant_change'
        ]) }}
    from adjusted

)

select * from periods
