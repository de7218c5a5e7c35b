with months as (

    select * from {{ ref('int_kpi__measures') }} where grain = 'month'

),

catalog as (

    select * from {{ ref('kpi_catalog') }}

),

compared as (

    select
        months.*,
        catalog.shape,
        before.value as previous_value,
        before.numerator as numerator_before,
        before.n as n_before,
        before.interval_low as low_before,
        before.interval_high as high_before
    from months
    left join catalog on months.kpi_id = catalog.kpi_id and months.variant = catalog.variant
    left join months as before
        on
            months.kpi_id = before.kpi_id
            and months.variant = before.variant
            and months.segment_type = before.segment_type
            and months.segment = before.segment
            and before.period_start = cast({{ dbt.dateadd('month', -1, 'months.period_start') }} as date)
            and months.is_complete

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
