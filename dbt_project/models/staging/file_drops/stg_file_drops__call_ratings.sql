with

call_ratings as (

    select * from {{ source('raw_file_drops', 'call_ratings') }}

),

files as (

    {{ newest_versions_of_files('call_ratings') }}

),

cleaned as (

    select
        call_ratings.rating_id,
        {{ blank_to_null('call_ratings.customer_number') }} as customer_number,
        {{ blank_to_null('call_ratings.ticket_id') }} as ticket_id,

        call_ratings.agent,
        call_ratings.score,
        {{ blank_to_null('call_ratings.comment') }} as comment,

        call_ratings.file_modified_at < files.modified_at as is_withdrawn,

        call_ratings.called_at,
        call_ratings.file_name,
        call_ratings.file_modified_at,
        call_ratings._observed_at

    from call_ratings
    inner join files on call_ratings.file_name = files.file_name

)

select * from cleaned
