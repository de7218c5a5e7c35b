{{ config(materialized='view') }}

with

runs as (

    select * from {{ ref('stg_ingest__runs') }}

),

row_counts as (

    select * from {{ ref('stg_ingest__row_counts') }}

),

rows_now as (

    select * from {{ ref('stg_ingest__rows') }}

),

row_ends as (

    select * from {{ ref('int_customer_360__row_ends') }}

),

-- a change of a table and what the next one found: between them nothing may happen
changes as (

    select
        row_counts.*,
        coalesce(
            lead(row_counts.rows_before) over (
                partition by row_counts.source, row_counts.resource
                order by row_counts.nth
            ),
            rows_now.stored
        ) as rows_found,
        -- whoever accepted what was missing then looked at everything before
        coalesce(
            max(case when row_counts.cause = 'accepted' then row_counts.nth end) over (
                partition by row_counts.source, row_counts.resource
            ),
            0
        ) as accepted_up_to,
        greatest(
            sum(case when row_counts.cause = 'load' then 1 else 0 end) over (
                partition by row_counts.source, row_counts.resource
                order by row_counts.nth
                rows between unbounded preceding and current row
            ),
            1
        ) as nth_load
    from row_counts
    left join rows_now
        on
            row_counts.source = rows_now.source
            and row_counts.resource = rows_now.resource

),

-- each load with what befell its table until the next one
loads as (

    select
        source,
        resource,
        nth_load,
        max(case when cause = 'load' then run_id end) as run_id,
        max(case when cause = 'load' then nth end) as nth,
        max(case when cause = 'load' then rows_before end) as stored_before,
        max(case when cause = 'load' then rows_of_run end) as rows_of_run,
        max(case when cause = 'load' then rows_after - rows_before end) as added,
        sum(case when cause = 'interrupted' then rows_after - rows_before else 0 end) as interrupted,
        sum(case when cause = 'erasure' then rows_before - rows_after else 0 end) as erased,
        sum(case when nth < accepted_up_to then rows_after - rows_found else 0 end) as accepted,
        sum(case when nth < accepted_up_to then 0 else rows_after - rows_found end) as missing
    from changes
    group by source, resource, nth_load

),

booked as (

    select
        runs.*,
        loads.stored_before,
        loads.rows_of_run,
        loads.added,
        loads.interrupted,
        loads.erased,
        loads.accepted,
        coalesce(loads.missing, 0) as missing,
        -- what a later listing of everything brought back
        max(case when runs.mode = 'full' and runs.is_complete then loads.added end) over (
            partition by runs.source, runs.resource
            order by loads.nth
            rows between 1 following and unbounded following
        ) as added_by_listings_since,
        row_number() over (
            partition by runs.source, runs.resource
            order by loads.nth desc nulls last, runs.observed_at desc, runs.run_id asc
        ) = 1 as is_newest
    from runs
    left join loads
        on
            runs.source = loads.source
            and runs.resource = loads.resource
            and runs.run_id = loads.run_id

),

-- a table's rows may become different things
ends as (

    select
        source,
        resource,
        sum(left_out) as left_out,
        sum(without_identifiers) as without_identifiers,
        sum(unattributed) as unattributed,
        sum(attributed) as attributed,
        sum(case when published_as is null then attributed else 0 end) as in_figures,
        sum(lost) as lost,
        string_agg(causes, ', ' order by fact) as causes
    from row_ends
    group by source, resource

),

reconciliation as (

    select
        booked.source,
        booked.resource,
        booked.run_id,
        booked.mode,

        booked.extracted,
        booked.quarantined,
        booked.suppressed,
        booked.duplicates,
        booked.distinct_keys as landed,
        booked.rows_of_run,
        booked.distinct_keys - booked.added as merged,
        booked.added,

        booked.stored_before,
        booked.interrupted,
        booked.erased,
        booked.accepted,
        booked.missing,
        least(greatest(booked.missing, 0), greatest(coalesce(booked.added_by_listings_since, 0), 0)) as read_again,

        case
            when booked.is_newest then rows_now.stored
            else
                booked.stored_before + booked.added + booked.interrupted
                - booked.erased - booked.accepted - booked.missing
        end as stored,
        case when booked.is_newest then rows_now.staged end as staged,
        {% for column in ['left_out', 'without_identifiers', 'unattributed', 'attributed', 'in_figures', 'lost'] -%}
            case
                when booked.is_newest and rows_now.becomes is not null then coalesce(ends.{{ column }}, 0)
            end as {{ column }},
        {% endfor -%}
        case when booked.is_newest then rows_now.becomes end as becomes,
        case when booked.is_newest then coalesce(rows_now.not_followed, ends.causes) end as because,

        booked.is_newest,
        booked.is_complete,

        booked.observed_at
    from booked
    left join rows_now
        on
            booked.source = rows_now.source
            and booked.resource = rows_now.resource
    left join ends
        on
            booked.source = ends.source
            and booked.resource = ends.resource

)

select * from reconciliation
