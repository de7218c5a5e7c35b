with reconciliation as (

    select * from {{ ref('int_customer_360__row_reconciliation') }}

),

data_as_of as (

    select * from {{ ref('data_as_of') }}

),

-- what readers find of a record: the customer it belongs to
published_records as (

    select
        source,
        {{ dbt.split_part('record_id', "':'", 2) }} as resource,
        count(distinct record_id) as published
    from {{ ref('published__customer_records') }}
    where identifier_type = 'record'
    group by source, {{ dbt.split_part('record_id', "':'", 2) }}

),

published_cases as (

    select
        source,
        count(*) as published
    from {{ ref('published__cases') }}
    where customer_id is not null
    group by source

),

counted as (

    select
        reconciliation.*,
        case
            when reconciliation.attributed is null then null
            when reconciliation.is_cases then coalesce(published_cases.published, 0)
            else coalesce(published_records.published, 0)
        end as published
    from reconciliation
    left join published_cases on reconciliation.source = published_cases.source and reconciliation.is_cases
    left join published_records
        on
            reconciliation.source = published_records.source
            and reconciliation.resource = published_records.resource

),

-- what no cause is named for, at each border
differences as (

    select
        *,
        extracted - quarantined - suppressed - duplicates - landed as at_extraction,
        abs(landed - coalesce(rows_of_run, landed)) + greatest(-coalesce(merged, 0), 0) as at_landing,
        missing - read_again as at_rest,
        coalesce(stored - staged, 0) as at_staging,
        greatest(coalesce(known - staged, 0), 0) as at_attribution,
        coalesce(attributed - published, 0) as at_publication
    from counted

),

told as (

    select
        *,
        staged - known as without_identifiers,
        known - attributed as unattributed,
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
            'staged', 'without_identifiers', 'unattributed', 'attributed', 'published', 'unexplained',
        ] -%}
            cast(told.{{ column }} as bigint) as {{ column }},
        {% endfor -%}
        told.unexplained_at,

        told.is_newest,
        told.is_complete,

        told.observed_at,
        data_as_of.as_of as data_as_of
    from told
    cross join data_as_of

)

select * from published
