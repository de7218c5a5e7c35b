with

responses as (

    select * from {{ source('raw_surveymonkey', 'responses') }}

),

listed_keys as (

    select * from {{ source('raw_surveymonkey', 'responses_keys') }}

),

newest_listing as (

    {{ newest_listing('raw_surveymonkey', 'responses') }}

),

cleaned as (

    select
        responses.id as response_id,
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

        {{ is_missing_from_listing(
            'responses._observed_at', 'listed_keys._observed_at', 'newest_listing.listed_at'
        ) }} as is_deleted,

        total_time as total_time_seconds,

        created_at,
        modified_at,
        responses._observed_at

    from responses
    left join listed_keys on responses.id = listed_keys.id
    cross join newest_listing

)

select * from cleaned
