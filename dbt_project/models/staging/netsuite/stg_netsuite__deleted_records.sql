with

deleted_records as (

    select * from {{ source('raw_netsuite', 'deleted_records') }}

),

cleaned as (

    select
        id as record_id,
        type as record_type,
        {{ netsuite_record_kind('type') }} as record_kind,
        deleted_at,
        _observed_at
    from deleted_records

)

select * from cleaned
