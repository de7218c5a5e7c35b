with

responses as (

    select * from {{ source('raw_surveymonkey', 'responses') }}

),

cleaned as (

    select
        id as response_id,
        survey_id,
        collector_id,
        -- "0" stands for no recipient
        nullif({{ blank_to_null('recipient_id') }}, '0') as recipient_id,
        {{ blank_to_null('customer_number') }} as customer_number,
        {{ blank_to_null('ticket_id') }} as ticket_id,

        response_status,
        collection_mode,
        {{ blank_to_null('email') }} as email,
        {{ blank_to_null('custom_value') }} as custom_value,
        pages,

        total_time as total_time_seconds,

        created_at,
        modified_at,
        _observed_at

    from responses

)

select * from cleaned
