with

transaction_lines as (

    select * from {{ source('raw_netsuite', 'transaction_lines') }}

),

complete_runs as (

    select run_id
    from {{ source('raw_netsuite', 'ingest_runs') }}
    where resource = 'transaction_lines' and is_complete

),

-- a document's lines are read all together, so the newest reading knows which are gone
newest_readings as (

    select
        transaction_lines.transaction_id,
        max(transaction_lines._observed_at) as read_at
    from transaction_lines
    inner join complete_runs on transaction_lines._run_id = complete_runs.run_id
    group by transaction_lines.transaction_id

),

cleaned as (

    select
        transaction_lines.id as line_id,
        transaction_lines.transaction_id,
        transaction_lines.created_from_id,
        transaction_lines.item_id,

        transaction_lines.quantity,
        transaction_lines.amount,

        coalesce(transaction_lines.is_main_line, false) as is_main_line,
        coalesce(transaction_lines.is_tax_line, false) as is_tax_line,
        coalesce(transaction_lines._observed_at < newest_readings.read_at, false) as is_deleted,

        transaction_lines.last_modified_at,
        transaction_lines._observed_at

    from transaction_lines
    left join newest_readings on transaction_lines.transaction_id = newest_readings.transaction_id

)

select * from cleaned
