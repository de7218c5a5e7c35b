with reconciliation as (

    select * from {{ ref('int_customer_360__row_reconciliation') }}

),

data_as_of as (

    select * from {{ ref('data_as_of') }}

),

row_ends as (

    select * from {{ ref('int_customer_360__row_ends') }}
    where published_as is not null

),

-- what readers find of a record: the customer it belongs to
records_found as (

    select
        source,
        {{ dbt.split_part('record_id', "':'", 2) }} as resource,
        count(distinct record_id) as found
    from {{ ref('published__customer_records') }}
    where identifier_type = 'record'
    group by source, {{ dbt.split_part('record_id', "':'", 2) }}

),

facts_found as (

    {% for fact in ['orders', 'cases', 'feedback', 'touchpoints'] -%}
        select
            '{{ fact }}' as published_as,
            source,
            count(customer_id) as found
        from {{ ref('published__' ~ fact) }}
        group by source
        {% if not loop.last %}union all{% endif %}
    {% endfor %}

),

-- what readers should find and do not
missed as (

    select
        row_ends.source,
        row_ends.resource,
        sum(case
            when row_ends.published_as = 'customer_records' then row_ends.attributed - coalesce(records_found.found, 0)
            else coalesce(row_ends.fact_rows - coalesce(facts_found.found, 0), 0)
        end) as missed
    from row_ends
    left join records_found
        on
            row_ends.source = records_found.source
            and row_ends.resource = records_found.resource
    left join facts_found
        on
            row_ends.source = facts_found.source
            and row_ends.published_as = facts_found.published_as
    group by row_ends.source, row_ends.resource

),

counted as (

    select
        reconciliation.*,
        case when reconciliation.attributed is not null then coalesce(missed.missed, 0) end as missed,
        -- what is neither here nor there was lost on the way, or came twice
        reconciliation.staged - reconciliation.left_out - reconciliation.without_identifiers - reconciliation.unattributed
        - reconciliation.attributed - reconciliation.lost as uncounted
    from reconciliation
    left join missed
        on
            reconciliation.source = missed.source
            and reconciliation.resource = missed.resource

),

-- what no cause is named for, at each border
differences as (

    select
        *,
        extracted - quarantined - suppressed - duplicates - landed as at_extraction,
        abs(landed - coalesce(rows_of_run, landed)) + greatest(-coalesce(merged, 0), 0) as at_landing,
        missing - read_again as at_rest,
        coalesce(stored - staged, 0) as at_staging,
        coalesce(lost + abs(uncounted), 0) as at_attribution,
        coalesce(missed, 0) as at_publication
    from counted

),

told as (

    select
        *,
        attributed - in_figures - missed as published,
        abs(at_extraction) + at_landing + abs(at_rest) + abs(at_staging) + at_attribution + abs(at_publication) as unexplained,
        case
            when at_extraction <> 0 then 'extraction'
            when at_landing <> 0 then 'landing'
            when at_rest <> 0 then 'raw table'
            when at_staging <> 0 then 'staging'
            when at_attribution <> 0 then 'attribution'
            when at_publication <> 0 then 'publication'
        end as unexplained_at
    from differences

),

published as (

    select
        told.source,
        told.resource,
        told.run_id,
        told.mode,

        {% for column in [
            'extracted', 'quarantined', 'suppressed', 'duplicates', 'landed', 'merged', 'added',
            'stored_before', 'interrupted', 'erased', 'accepted', 'missing', 'read_again', 'stored',
            'staged', 'left_out', 'without_identifiers', 'unattributed', 'attributed', 'in_figures', 'published', 'unexplained',
        ] -%}
            cast(told.{{ column }} as bigint) as {{ column }},
        {% endfor -%}
        told.unexplained_at,

        told.becomes,
        told.because,

        told.is_newest,
        told.is_complete,

        told.observed_at,
        data_as_of.as_of as data_as_of
    from told
    cross join data_as_of

)

select * from published
