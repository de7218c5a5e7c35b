with

responses as (

    select * from {{ source('raw_qualtrics', 'responses') }}

),

listed_keys as (

    select * from {{ source('raw_qualtrics', 'responses_keys') }}

),

newest_listing as (

    {{ newest_listing('raw_qualtrics', 'responses') }}

),

cleaned as (

    select
        responses.id as response_id,
        responses.survey_id,
        {{ blank_to_null('responses.external_reference') }} as external_reference,

        responses.status,
        lower({{ blank_to_null('responses.distribution_channel') }}) as distribution_channel,
        upper({{ blank_to_null('responses.language') }}) as language,
        {{ blank_to_null('responses.recipient_email') }} as recipient_email,
        {{ blank_to_null('responses.recipient_first_name') }} as recipient_first_name,
        {{ blank_to_null('responses.recipient_last_name') }} as recipient_last_name,
        responses.answer_values,

        responses.progress as progress_percent,
        responses.duration_seconds,

        coalesce(responses.finished = 1, false) as is_finished,
        -- given on a link, imported or offline; the others are previews, tests and spam
        coalesce(responses.status, 0) in (0, 4, 16) as is_real,
        {{ is_missing_from_listing(
            'responses._observed_at', 'listed_keys._observed_at', 'newest_listing.listed_at'
        ) }} as is_deleted,

        responses.started_at,
        responses.ended_at,
        responses.recorded_at,
        responses._observed_at

    from responses
    left join listed_keys on responses.id = listed_keys.id
    cross join newest_listing

)

select * from cleaned
