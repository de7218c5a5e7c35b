with targets as (

    select
        *,
        case kind
            when 'absolute' then target
            when 'points' then baseline + target
            when 'relative' then baseline * (1 + target / 100)
        end as aim
    from {{ ref('kpi_targets') }}

),

catalog as (

    select * from {{ ref('kpi_catalog') }}

),

periods as (

    select * from {{ ref('kpi_period') }} where segment_type = 'all' and is_complete and value is not null

),

-- the newest complete month that began under the target
newest as (

    select
        targets.kpi_id,
        targets.variant,
        targets.deadline,
        max(periods.period_start) as period_start
    from targets
    inner join periods
        on
            targets.kpi_id = periods.kpi_id
            and targets.variant = periods.variant
            and periods.period_start >= targets.starts_on
            and periods.period_start <= targets.deadline
    group by targets.kpi_id, targets.variant, targets.deadline

),

measured as (

    select
        targets.*,
        catalog.unit,
        catalog.direction,
        periods.period_start as measured_month,
        periods.value,
        periods.n,
        periods.interval_low,
        periods.interval_high,
        -- months end the day before the next begins, as the deadline is a last day
        {{ ratio_of(
            days_between('targets.starts_on', 'periods.period_end'),
            '(' ~ days_between('targets.starts_on', 'targets.deadline') ~ ' + 1)'
        ) }} as time_passed
    from targets
    left join catalog on targets.kpi_id = catalog.kpi_id and targets.variant = catalog.variant
    left join newest
        on targets.kpi_id = newest.kpi_id and targets.variant = newest.variant and targets.deadline = newest.deadline
    left join periods
        on
            newest.kpi_id = periods.kpi_id
            and newest.variant = periods.variant
            and newest.period_start = periods.period_start

),

judged as (

    select
        *,
        {{ percent_of('(value - baseline)', '(aim - baseline)') }} as attainment,
        baseline + (aim - baseline) * case when time_passed > 1 then 1 else time_passed end as value_on_pace,
        case when direction = 'lower_better' then value <= aim else value >= aim end as is_met
    from measured

),

progress as (

    select
        kpi_id,
        variant,
        baseline,
        target,
        kind,
        starts_on,
        deadline,
        owner,
        aim,
        unit,
        direction,
        measured_month,
        value,
        n,
        interval_low,
        interval_high,
        attainment,
        100 * case when time_passed > 1 then 1 else time_passed end as time_passed,
        value_on_pace,
        case
            when value is null then 'not measured'
            when is_met then 'met'
            when time_passed >= 1 then 'missed'
            when attainment >= 100 * time_passed then 'on pace'
            else 'behind'
        end as status
    from judged

)

select * from progress
